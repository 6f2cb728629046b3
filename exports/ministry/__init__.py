"""The Ministry's transactions, v1.0: messages, packed content, lists within the limit, client. Pure."""
