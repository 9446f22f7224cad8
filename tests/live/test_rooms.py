"""Rooms that know who is where: after anything that happens the same as the stock manager's."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from socketio import Manager
from socketio.packet import Packet

from facilitation.live.rooms import Rooms


class Twins:
    """The stock manager and ours, told the same."""

    def __init__(self, seed: int) -> None:
        self.chance, self.count = random.Random(seed), 0
        self.both = (Manager(), Rooms())
        for manager in self.both:
            numbers = iter(range(10_000))
            eio = SimpleNamespace(generate_id=lambda numbers=numbers: f"sid {next(numbers)}")
            manager.set_server(SimpleNamespace(packet_class=Packet, eio=eio))
        self.here: list[str] = []

    def come(self) -> None:
        self.count += 1
        first, second = (manager.connect(f"eio {self.count}", "/") for manager in self.both)
        assert first == second
        self.here.append(first)

    def knock(self) -> None:
        """Let in to the hall only: the handler of `connect` has not answered yet."""
        self.count += 1
        first, _second = (manager.pre_connect(f"eio {self.count}", "/") for manager in self.both)
        self.here.append(first)

    def enter(self) -> None:
        if self.here:
            sid, room = self.chance.choice(self.here), f"room {self.chance.randrange(5)}"
            for manager in self.both:
                manager.basic_enter_room(sid, "/", room)

    def leave(self) -> None:
        if self.here:
            sid, room = self.chance.choice(self.here), f"room {self.chance.randrange(5)}"
            for manager in self.both:
                manager.basic_leave_room(sid, "/", room)

    def go(self) -> None:
        if self.here:
            sid = self.here.pop(self.chance.randrange(len(self.here)))
            announced = self.chance.random() < 0.5
            for manager in self.both:
                if announced:
                    manager.pre_disconnect(sid, "/")
                manager._generate_ack_id(sid, print)
                manager.disconnect(sid, "/")
                manager.disconnect(sid, "/")  # the second time there is nothing left to do

    def close(self) -> None:
        room = f"room {self.chance.randrange(5)}"
        for manager in self.both:
            manager.basic_close_room(room, "/")


@pytest.mark.parametrize("seed", range(20))
def test_rooms_are_those_of_the_stock_manager(seed: int) -> None:
    twins = Twins(seed)
    for _ in range(200):
        twins.chance.choice([twins.come, twins.come, twins.knock, twins.enter, twins.enter, twins.leave, twins.go, twins.close])()
        stock, ours = twins.both
        assert ours.rooms == stock.rooms
        assert (ours.pending_connect, ours.pending_disconnect) == (stock.pending_connect, stock.pending_disconnect)
        assert ours.callbacks.keys() == stock.callbacks.keys()
    while twins.here:
        twins.go()
    assert twins.both[1].rooms == {}
    assert twins.both[1]._places == {}
