"""What of a connection comes before any request: its head, bounded in size, lines and time."""

from asyncio import Transport
from typing import Any

import h11
import uvicorn.config
from uvicorn.protocols.http.h11_impl import H11Protocol

# A browser's have 1 KB and 20 lines; behind proxies and with many cookies, some KB.
LARGEST_HEAD, MOST_LINES = 16_384, 100
# A head arrives within so many seconds.
PATIENCE = 20.0


def bound_heads() -> None:
    """Have every server that this process starts from now on bound what it reads of a head."""
    uvicorn.config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{BoundedProtocol.__name__}"


class BoundedConnection(h11.Connection):
    """Takes no head that h11 would be busy with: a line costs it 2 us, whatever is in it."""

    def __init__(self) -> None:
        """Speak for the server; h11 itself bounds a head that has not ended."""
        super().__init__(h11.SERVER, LARGEST_HEAD)

    def next_event(self) -> Any:
        """Return what h11 makes of what has arrived."""
        if self.their_state is h11.IDLE:
            # Where h11 sees a head end earlier, no honest client has ended it.
            head = self.trailing_data[0].partition(b"\r\n\r\n")[0]
            if len(head) > LARGEST_HEAD or head.count(b"\n") > MOST_LINES:
                raise h11.RemoteProtocolError("The head is too large.")
        return super().next_event()


class BoundedProtocol(H11Protocol):
    """uvicorn's, with heads that are bounded."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take what uvicorn gives its own."""
        super().__init__(*arguments, **options)
        self.conn = BoundedConnection()

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            PATIENCE, self.timeout_keep_alive_handler
        )

    def data_received(self, data: bytes) -> None:
        """Take what has arrived; until it makes a head, the clock goes on."""
        if self.conn.their_state is not h11.IDLE:
            self._unset_keepalive_if_required()
        self.conn.receive_data(data)
        self.handle_events()
