"""What the contract test adds to Schemathesis: the request log is fed as lines of JSON, a mail as it is."""

import schemathesis


def as_it_is(value):
    return value.encode("utf-8") if isinstance(value, str) else str(value).encode("utf-8")


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    return as_it_is(value)


@schemathesis.serializer("message/rfc822")
def mail(ctx, value):
    return as_it_is(value)
