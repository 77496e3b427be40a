"""Turns: handed on where a thread waits, and nothing that anybody's work depends on."""

from __future__ import annotations

import threading

from bot.store import turn


def in_thread(work: object) -> threading.Thread:
    assert callable(work)
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_another_has_its_turn_while_one_waits() -> None:
    done: list[str] = []
    other_is_done = threading.Event()

    def other() -> None:
        turn.taken(lambda: done.append("the other"))
        other_is_done.set()

    def mine() -> None:
        thread = in_thread(other)
        turn.given_up(lambda: other_is_done.wait(5))
        done.append("mine")
        thread.join()

    turn.taken(mine)

    assert done == ["the other", "mine"]


def test_who_never_gets_a_turn_goes_on_without_one() -> None:
    is_over = threading.Event()
    holder = in_thread(lambda: turn.taken(lambda: is_over.wait(10)))

    came_back = turn.taken(lambda: turn.given_up(lambda: "done"))

    assert came_back == "done"
    assert not is_over.is_set()
    is_over.set()
    holder.join()


def test_a_turn_ends_also_with_an_error() -> None:
    for _ in range(2):
        try:
            turn.taken(lambda: 1 / 0)
        except ZeroDivisionError:
            continue

    assert turn.taken(lambda: turn.given_up(lambda: 7)) == 7
