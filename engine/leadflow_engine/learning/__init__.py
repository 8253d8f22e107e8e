"""Learning how a buyer answers from recorded answers: plain rules that a person can follow and check."""
