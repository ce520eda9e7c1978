"""The whole story on one bank: a day online, no network at all, a thief, and a lost phone."""

from __future__ import annotations

from zerobar.demo.cheating import play_cheating
from zerobar.demo.helped import play_helped
from zerobar.demo.losing import play_losing
from zerobar.demo.narrator import Narrator
from zerobar.demo.offline import play_offline
from zerobar.demo.online import play_online
from zerobar.demo.settling import play_settling
from zerobar.demo.street import open_street
from zerobar.demo.town import open_town


def play(narrator: Narrator) -> None:
    """Play it in a temporary folder; raise Deviation where it goes wrong."""
    with open_town(narrator) as town:
        play_online(narrator, town)
        with open_street(narrator, town) as street:
            play_offline(narrator, street)
            play_helped(narrator, town, street)
            play_settling(narrator, town, street)
            play_cheating(narrator, town, street)
            play_losing(narrator, town, street)
