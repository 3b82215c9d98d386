# What the partner reads of a request for an API key; the procedure may have texts of its own (`comercial-emitiu-en.md.j2` and so on).
commercial-greeting = Hello.
commercial-issued = Our commercial team has issued the API key.
commercial-issued-for = Our commercial team has issued the API key for { $environment }.
commercial-ending = It ends in …{ $tail }.
commercial-way = For safety the key is not sent here: it reaches you { $way }.
commercial-way-usual = directly from our commercial team, by a secure way
commercial-next = Keep it in a safe place and do not send it by message. If anything does not work with it, answer this ticket ({ $protocol }).
commercial-refused = Our commercial team looked at the request for an API key and has not granted it for now. Reason: { $reason }.
commercial-refused-for = Our commercial team looked at the request for an API key for { $environment } and has not granted it for now. Reason: { $reason }.
commercial-again = If anything changes, answer this ticket ({ $protocol }), and we will look at the request again.
commercial-lacks = Before we can hand your request for an API key to our commercial team, we still need:
commercial-lacks-end = With that we will hand it over. Please send no passwords or keys.
