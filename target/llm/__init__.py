"""A stand-in for the LLM upstream: a separate process that speaks the OpenAI chat API."""
