"""`python -m perpit` is `perpit`."""

import sys

from perpit.cli import main

sys.exit(main())
