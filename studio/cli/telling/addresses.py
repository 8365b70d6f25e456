"""What `studio run` prints when it is ready: which address is for whom."""

from rich.console import Console
from rich.markup import escape

from studio.addresses import Addresses
from studio.cli.telling import qr_code


def tell(console: Console, addresses: Addresses, *, has_logins: bool = False) -> None:
    """Print the addresses of a studio that runs.

    Args:
        console: the terminal.
        addresses: where it can be opened.
        has_logins: whether people log in, so that no address carries a token.
    """

    def say(sentence: str, style: str | None = None) -> None:
        console.print(sentence, style=style, soft_wrap=True)

    say(f"Speech Studio is at [bold]{escape(addresses.here)}[/]")
    if "token=" in addresses.here:
        say(
            "The address holds your token: keep it to yourself. Programs send it as `Authorization: Bearer <token>`.",
            "dim",
        )
    if addresses.network:
        say("and, from other devices in the network, at")
        for address in addresses.network:
            say(f"  [bold]{escape(address)}[/]")
        qr_code.show(console, addresses.network[0])
    if addresses.link:
        whom = "for everybody who has a login" if has_logins else "for everybody who has this address"
        say(f"and, {whom}, at [bold]{escape(addresses.link)}[/]")
    if not has_logins and "token=" in "".join((*addresses.network, addresses.link)):
        say("Whoever opens one of these is a guest, who sees only what they made themselves.", "dim")
    if addresses.fingerprint:
        say("The certificate is the studio's own, so a browser warns once. Its SHA-256 fingerprint is:", "dim")
        say(f"  {addresses.fingerprint}")
    elif addresses.network:
        say("Browsers elsewhere give no microphone over plain http: for that, start with --https.", "dim")
