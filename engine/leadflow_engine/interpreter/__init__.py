"""The one interpreter: a Run and what goes on inside it. No input, no output."""
