"""From what a source sent to a lead: reading files of payloads strictly, and the door at which leads are refused."""
