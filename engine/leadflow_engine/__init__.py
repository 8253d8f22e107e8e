"""The engine: a checked flow becomes a plan, the plan meets a lead and becomes a journal of facts."""
