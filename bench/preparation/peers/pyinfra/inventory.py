"""The machines and what each is to become, as the measurement wrote it down."""

import json
import os

with open(os.environ["SOCLE_BENCH_INVENTORY"], encoding="utf-8") as file:
    machines = [(one["name"], one["data"]) for one in json.load(file)]
