"""API keys that are valid now."""

from perpit.domain.commands import CreateKey


class KeysView:
    """`by_api_key` is what the dialect authenticates with: one lookup a request."""

    __slots__ = ("by_api_key",)

    def __init__(self) -> None:
        self.by_api_key: dict[str, CreateKey] = {}

    def create(self, key: CreateKey) -> None:
        self.by_api_key[key.api_key] = key

    def edit(self, key: CreateKey) -> None:
        """In the place that it had."""
        self.by_api_key[key.api_key] = key

    def revoke(self, api_key: str) -> None:
        del self.by_api_key[api_key]

    def of_account(self, account_id: int) -> list[CreateKey]:
        """Keys of one account, oldest first."""
        return [key for key in self.by_api_key.values() if key.account_id == account_id]
