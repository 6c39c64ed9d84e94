"""The only code that knows the carrier: webhooks, documents, REST and access tokens."""
