"""The words of the house: numbers, instruments, commands, events, refusals. Imports nothing of perpit."""
