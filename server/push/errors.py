from server.core.errors import Invalid


class EndpointRefused(Invalid):
    """No push service that this server speaks to: the address comes from a client, and must lead nowhere else."""

    code = "push_endpoint_refused"


class KeysMalformed(Invalid):
    """No keys that a message could be encrypted for."""

    code = "push_keys_malformed"
