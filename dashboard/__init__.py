"""The pages on which staff work: the inbox and the health of the service."""
