"""The whole database carried out and in again: its rows in an order and a form that both databases understand."""
