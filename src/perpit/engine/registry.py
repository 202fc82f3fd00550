"""What there is: instruments, accounts, keys. Each gets the next id of its kind, and names are unique."""

from perpit.domain import refusals as no
from perpit.domain.commands import Command, CreateAccount, CreateKey, EditKey, ListInstrument, RevokeKey
from perpit.domain.events import AccountCreated, Event, InstrumentListed, KeyCreated, KeyEdited, KeyRevoked
from perpit.domain.instrument import LARGEST_ON_GRID
from perpit.domain.words import HOUSE, LINEAR, USDS_M
from perpit.engine.account import Account
from perpit.engine.agenda import Agenda
from perpit.engine.market import Market
from perpit.engine.risk import Risk
from perpit.engine.rules import MARK_INTERVAL_MS
from perpit.engine.treasury import Treasury


class Registry:
    """Account 0 is the house; keys are known by whom they belong to."""

    def __init__(self, treasury: Treasury, risk: Risk, agenda: Agenda) -> None:
        self.treasury = treasury
        self.risk = risk
        self.agenda = agenda
        self.accounts: list[Account] = [Account(HOUSE, "house")]
        self.account_ids: dict[str, int] = {"house": HOUSE}
        self.key_owners: dict[str, int] = {}
        self.markets: list[Market] = []
        self.symbol_ids: dict[str, int] = {}

    def administer(self, command: Command, events: list[Event]) -> int:
        """Enter what the command names, or strike it out; the refusal, or 0."""
        if isinstance(command, ListInstrument):
            return self._list(command, events)
        if isinstance(command, CreateAccount):
            return self._open(command, events)
        if isinstance(command, CreateKey):
            if not HOUSE < command.account_id < len(self.accounts):
                return no.UNKNOWN_ACCOUNT
            if command.api_key in self.key_owners or command.api_key == "":
                return no.DUPLICATE_NAME
            self.key_owners[command.api_key] = command.account_id
            self.accounts[command.account_id].keys.append(command)
            events.append(KeyCreated(command.time_ms, command))
            return 0
        if isinstance(command, EditKey):
            return self._edit(command, events)
        if isinstance(command, RevokeKey):
            return self._revoke(command, events)
        return no.NOT_SUPPORTED

    def _open(self, command: CreateAccount, events: list[Event]) -> int:
        if command.name in self.account_ids:
            return no.DUPLICATE_NAME
        if command.name == "":
            return no.INVALID_VALUE
        account_id = len(self.accounts)
        self.accounts.append(Account(account_id, command.name))
        self.account_ids[command.name] = account_id
        events.append(AccountCreated(command.time_ms, account_id, command.name))
        return 0

    def _edit(self, command: EditKey, events: list[Event]) -> int:
        """The same key with other rights: whoever is logged on with it stays so."""
        owner = self.key_owners.get(command.api_key, HOUSE)
        if owner == HOUSE:
            return no.UNKNOWN_KEY
        keys = self.accounts[owner].keys
        for place in range(len(keys)):
            old = keys[place]
            if old.api_key == command.api_key:
                key = CreateKey(
                    old.account_id,
                    old.api_key,
                    old.secret,
                    old.key_kind,
                    command.label,
                    command.permissions,
                    command.ips,
                )
                key.seq, key.time_ms = old.seq, old.time_ms
                keys[place] = key
                events.append(KeyEdited(command.time_ms, key))
        return 0

    def _revoke(self, command: RevokeKey, events: list[Event]) -> int:
        owner = self.key_owners.get(command.api_key, HOUSE)
        if owner == HOUSE:
            return no.UNKNOWN_KEY
        del self.key_owners[command.api_key]
        account = self.accounts[owner]
        account.keys = [key for key in account.keys if key.api_key != command.api_key]
        events.append(KeyRevoked(command.time_ms, command.api_key, owner))
        return 0

    def _list(self, command: ListInstrument, events: list[Event]) -> int:
        instrument = command.instrument
        if instrument.symbol in self.symbol_ids:
            return no.ALREADY_LISTED
        if instrument.symbol_id != len(self.markets):
            return no.INVALID_VALUE
        if not instrument.brackets or (instrument.contract_kind == LINEAR) != (instrument.market == USDS_M):
            return no.NOT_SUPPORTED
        if max(instrument.max_price_ticks, instrument.largest_qty_lots()) > LARGEST_ON_GRID:
            return no.INVALID_VALUE
        if instrument.contract_kind != LINEAR and instrument.contract_size <= 0:
            return no.INVALID_VALUE  # worth nothing at any price
        if instrument.basket and min([part.weight_e8 for part in instrument.basket]) <= 0:
            return no.INVALID_VALUE
        if not instrument.is_perpetual:
            due_ms = instrument.delivery_ms
            if due_ms <= command.time_ms or due_ms % MARK_INTERVAL_MS != 0:
                return no.INVALID_VALUE
        self.symbol_ids[instrument.symbol] = instrument.symbol_id
        till = self.treasury.till(instrument.market, instrument.margin_asset)
        self.markets.append(Market(instrument, till, self.risk, self.agenda))
        events.append(InstrumentListed(command.time_ms, instrument))
        return 0
