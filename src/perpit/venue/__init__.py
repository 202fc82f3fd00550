"""The composition root: every room of the house, built from settings and connected. Nobody imports it but the command
line and whoever runs a venue in process:

    async with Venue(Settings(market=MarketSetting("none"), port=0)) as venue:
        print(venue.ready.rest, venue.world.seq)

Reading order: `venue` (what is built, in which order it starts and stops), `founding` (what an empty journal begins
with), `market` (where its prices come from).
"""

from perpit.home import CannotStart, ReadyInfo
from perpit.venue.venue import Venue

__all__ = ["CannotStart", "ReadyInfo", "Venue"]
