"""A person's voice in a recording: whose it is, which stretch of it serves, how good it is, and whether they agreed.

`embedding` tells voices apart, `stretch` finds the best seconds, `quality` says what is wrong with a recording,
`cleaning` takes steady noise out of it, `consent` has the sentence that is read to agree and hears whether it was,
`reading` has a text to read while one records. Arrays and plain values; nothing here is kept.
"""
