"""`python -m perpit` is `perpit`."""

from perpit.cli import main

main()
