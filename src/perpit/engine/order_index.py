"""The resting orders of a market by order id: a chained hash table whose chains run through the orders.

Order ids are given one after the other, so their low bits spread them evenly. A dict would do the same with three more
places of memory touched for each order (its slot, its entry, its boxed key), which is most of what an order costs
where a hundred thousand rest.
"""

from mypy_extensions import i64

from perpit.engine.book import Order


class OrderIndex:
    """Finds, adds and removes in constant time; an order stands in one index at most."""

    def __init__(self) -> None:
        self.buckets: list[Order | None] = [None] * 16
        self.count: i64 = 0

    def find(self, order_id: i64) -> Order | None:
        """The order of this id, None when it does not rest here."""
        buckets = self.buckets
        last: i64 = len(buckets) - 1
        order = buckets[order_id & last]
        while order is not None and order.order_id != order_id:
            order = order.next_in_index
        return order

    def add(self, order: Order) -> None:
        """Index an order; twice as many buckets when there are more orders than those."""
        buckets = self.buckets
        last: i64 = len(buckets) - 1
        if self.count > last:
            self._grow()
            buckets = self.buckets
            last = len(buckets) - 1
        slot = order.order_id & last
        order.next_in_index = buckets[slot]
        buckets[slot] = order
        self.count += 1

    def remove(self, order: Order) -> None:
        """Forget an order that is indexed."""
        buckets = self.buckets
        last: i64 = len(buckets) - 1
        slot = order.order_id & last
        before = buckets[slot]
        if before is order:
            buckets[slot] = order.next_in_index
        else:
            while before is not None and before.next_in_index is not order:
                before = before.next_in_index
            assert before is not None, "an order that is not indexed"
            before.next_in_index = order.next_in_index
        order.next_in_index = None
        self.count -= 1

    def orders(self) -> list[Order]:
        """All of them, in order of their ids."""
        found: list[Order] = []
        for first in self.buckets:
            order = first
            while order is not None:
                found.append(order)
                order = order.next_in_index
        return sorted(found, key=lambda order: order.order_id)

    def _grow(self) -> None:
        orders = self.orders()
        self.buckets = [None] * (2 * len(self.buckets))
        self.count = 0
        for order in orders:
            self.add(order)
