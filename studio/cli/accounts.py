"""How many people use this machine: where it is more than one, the studio asks even there who somebody is."""

import pwd
import sys
from collections.abc import Iterable
from pathlib import PurePath

from studio.settings import Settings

FIRST_UID = {"darwin": 501}
OTHER_FIRST_UID = 1000
NOBODY_UID = 65534
NO_LOGIN = frozenset({"", "nologin", "false", "sync", "halt", "shutdown"})


def has_several_people(accounts: Iterable[pwd.struct_passwd] | None = None, platform: str = sys.platform) -> bool:
    """Whether more than one person has an account with a login shell here.

    Args:
        accounts: this machine's own when None.
        platform: as sys.platform says it.
    """
    first = FIRST_UID.get(platform, OTHER_FIRST_UID)
    found = pwd.getpwall() if accounts is None else accounts
    people = {one.pw_uid for one in found if first <= one.pw_uid != NOBODY_UID and _has_shell(one)}
    return len(people) > 1


def with_token(settings: Settings, several: bool | None = None) -> Settings:
    """These settings, asking for a token even on this machine where it has several people and nobody has a login.

    Args:
        settings: what was asked for; a token that is on or off by the settings stays so.
        several: whether the machine has several people; found out when None.
    """
    if settings.users or settings.token is not None:
        return settings
    is_shared = has_several_people() if several is None else several
    return settings.model_copy(update={"token": True}) if is_shared else settings


def _has_shell(account: pwd.struct_passwd) -> bool:
    return PurePath(account.pw_shell).name not in NO_LOGIN
