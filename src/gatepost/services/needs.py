"""What operations need that know no more of their service than its prefix."""

from collections.abc import Sequence

from gatepost.aws.call import Call
from gatepost.aws.operation import Need, action_of
from gatepost.store.transaction import View


def on_everything(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
    """The operation's own action on `*`."""
    return (Need(action_of(call)),)


def nothing(_call: Call, _parsed: object, _view: View) -> Sequence[Need]:
    """No permission at all: no policy can take the operation away."""
    return ()
