"""Text in, explained score out: sentiment, language and priority, each with its reason."""
