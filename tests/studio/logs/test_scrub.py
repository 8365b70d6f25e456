"""What is sent to somebody else has no people, machines, addresses and keys in it."""

import pytest

from studio.logs.scrub import Scrubber

SCRUB = Scrubber(["/home/ada", "/data/homes/a.l"], ["ada", "Ada Lovelace"], ["lovebook"], ["plain words", "k3y+/="])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/ada/x.py and /data/homes/a.l/y", "~/x.py and ~/y"),
        ('File "/Users/bob/studio/app.py", line 3', 'File "~/studio/app.py", line 3'),
        ("/root/x is not /rooted", "~/x is not /rooted"),
        ("ADA, Ada Lovelace and adam at LoveBook", "<user>, <user> and adam at <host>"),
        ("printer.lan and nas.home.local", "<host> and <host>"),
        ("http://10.0.0.1:8/a and https://example.org/b", "http://<address>:8/a and https://<host>/b"),
        ("redis://u:pw@queue:6379/0", "redis://<secret>@<host>:6379/0"),
        ("fe80::1%eth0, [2001:db8::7]:443", "<address>, [<address>]:443"),
        ("aa:bb:cc:dd:ee:ff me@x.org", "<address> <address>"),
        ("it is 192.168.1.5.", "it is <address>."),
        ("127.0.0.1:7860 and ::1 and 17:13:40.123", "127.0.0.1:7860 and ::1 and 17:13:40.123"),
        ("/?token=abc&x=1", "/?token=<secret>&x=1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer <secret>"),
        ("api_key: 'hunter2'", "api_key: <secret>'"),
        ("hf_abcdefgh12 sk-abcdefghij", "<secret> <secret>"),
        ("Zm9vYmFyZm9vYmFyZm9v1A", "<secret>"),
        ("these plain words, k3y+/=", "these <secret>, <secret>"),
        (
            "job 0192ab3c4d5e6f708192a3b4c5d6e7f8, tokens per second",
            "job 0192ab3c4d5e6f708192a3b4c5d6e7f8, tokens per second",
        ),
        ("studio.api.errors 0.9.1", "studio.api.errors 0.9.1"),
    ],
)
def test_what_tells_who_and_where_goes_and_the_rest_stays(text: str, told: str) -> None:
    assert SCRUB(text) == told
