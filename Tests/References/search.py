"""Points of the Sobol and Halton sequences by scipy.stats.qmc, for SearchTests.

    python3 search.py > search.json      (scipy 1.17.1)
"""
import json

from scipy.stats import qmc

print(json.dumps({
    "sobol": qmc.Sobol(d=21, scramble=False).random(64).tolist(),
    "halton": qmc.Halton(d=12, scramble=False).random(40).tolist(),
}))
