"""The flow language: text in, checked flow out. Knows no lead, no network, no engine."""
