"""Text from and for the outside: strict JSON, escapes, linear-time patterns, JMESPath."""
