"""What people read of leads: the story of one, the closing table of many, what keeps them from a buyer.

Reports are made of what the journal says (``SqliteStore.lead_summary``), so that a run's and a dry run's are the same.
They are lists of lines; ``layout`` puts them on a screen of any width.
"""
