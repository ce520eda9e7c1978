"""What a person may ask of the stage that cannot be."""

from __future__ import annotations

from typing import ClassVar

from zerobar.reader import Sentence


class StageError(Exception):
    """Base of them; `str()` says what happened.

    Attributes:
        problem: its stable name.
        status: over HTTP.
        what_happened, next_step: sentences; `.zh` is the Chinese one.
    """

    problem: ClassVar[str]
    status: ClassVar[int]
    what: ClassVar[Sentence]
    advice: ClassVar[Sentence]

    def __init__(self, id_: str = "") -> None:
        self.what_happened = self.what.filled(id=id_)
        self.next_step = self.advice
        super().__init__(str(self.what_happened))


class DeviceUnknown(StageError):
    """No such device is on the stage, or not yet."""

    problem, status = "device-unknown", 404
    what = Sentence("There is no device {id} on the stage.", zh="舞台上没有设备 {id}。")
    advice = Sentence("Read /stage for who is there.", zh="请查看 /stage 中的设备列表。")


class NoCardThere(StageError):
    """The device has no card."""

    problem, status = "no-card-there", 409
    what = Sentence("There is no card in {id}.", zh="设备 {id} 中没有卡。")
    advice = Sentence("Choose a phone with a SIM.", zh="请选择有 SIM 的手机。")


class OwnReader(StageError):
    """A card cannot be held to the reader of its own device."""

    problem, status = "own-reader", 409
    what = Sentence("The card of {id} is inside that device.", zh="{id} 的卡就在该设备内。")
    advice = Sentence("Choose another reader.", zh="请选择其他设备的感应区。")


class StoryPlays(StageError):
    """The story is being played, or the town is being built for it."""

    problem, status = "story-plays", 409
    what = Sentence("The story is being played.", zh="故事正在上演。")
    advice = Sentence("Wait for its end.", zh="请等待结束。")
