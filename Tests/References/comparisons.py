"""Golden data for the statistics that optimizers are compared by.

    python3 -m venv references
    references/bin/pip install numpy==2.4.6 scipy==1.17.1
    references/bin/pip install --no-deps rliable==1.2.0
    references/bin/python Tests/References/comparisons.py

Writes `comparisons.json` beside itself. Scores have few decimals, so that some are equal; null is a
failed run. Less is better; rliable, where more is, is asked the other way round.
"""

import itertools
import json
import math
import pathlib
import sys
from importlib.metadata import version

import numpy as np
from rliable import metrics
from scipy import stats

VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1", "rliable": "1.2.0"}
for name, expected in VERSIONS.items():
    if version(name) != expected:
        sys.exit(f"{name} {expected} is needed, not {version(name)}")

random = np.random.default_rng(20240605)
golden = {}


def rows(scores):
    """Lists, with null for what is not finite."""
    if np.ndim(scores) > 0:
        return [rows(row) for row in scores]
    return float(scores) if math.isfinite(scores) else None


# --- distributions: arguments and value -----------------------------------------------------------

golden["normal"] = [[x, stats.norm.cdf(x)] for x in [-30, -8, -2.5, -1, 0, 0.3, 1.96, 6]]
golden["normalQuantile"] = [
    [p, stats.norm.ppf(p)] for p in [1e-300, 1e-10, 0.001, 0.025, 0.4, 0.5, 0.7, 0.975, 0.9999]]
golden["student"] = [
    [t, v, 2 * stats.t.sf(t, v)] for t in [0.1, 1, 2.5, 30] for v in [1, 2, 4, 9.5, 30, 1000]]
golden["studentQuantile"] = [
    [p, v, stats.t.isf(p / 2, v)]
    for p in [1e-6, 0.01, 0.05, 0.5] for v in [1, 2, 4, 9.5, 30, 1000]]
golden["chiSquare"] = [
    [x, v, stats.chi2.sf(x, v)] for x in [0.01, 1, 5, 20, 200] for v in [1, 2, 5, 19, 99]]
golden["fisher"] = [
    [x, a, b, stats.f.sf(x, a, b)]
    for x in [0.05, 1, 3, 40] for a, b in [(1, 4), (2, 8), (5, 45), (19, 931)]]
golden["fairCoin"] = [
    [k, n, stats.binom.cdf(k, n, 0.5)]
    for k, n in [(0, 1), (0, 5), (2, 5), (8, 30), (15, 30), (430, 1000), (2300, 5000), (5, 5)]]
golden["rangeQuantile"] = [
    [p, k, stats.studentized_range.ppf(p, k, np.inf)]
    for p, k in [(0.95, k) for k in (2, 3, 4, 5, 10, 20, 50, 100)] + [(0.9, 7), (0.99, 7)]]

# --- intervals of proportions and medians ---------------------------------------------------------

golden["wilson"] = []
for k, n in [(0, 1), (1, 1), (0, 10), (10, 10), (7, 10), (50, 100), (97, 100), (4999, 5000)]:
    for confidence in [0.9, 0.95]:
        found = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
        golden["wilson"].append([k, n, confidence, found.low, found.high])

golden["medianIntervals"] = []
for n in [6, 7, 9, 10, 12, 17, 25, 30, 100, 250]:
    values = np.round(random.standard_normal(n), 4)
    for confidence in [0.9, 0.95]:
        found = stats.quantile_test(values, q=0, p=0.5).confidence_interval(confidence)
        golden["medianIntervals"].append(
            {"values": rows(values), "confidence": confidence,
             "median": float(np.median(values)), "interval": [found.low, found.high]})

# --- inter-quartile means and the probability of improvement, of scores[run][problem] -------------

golden["interquartileMeans"] = []
for runs, problems in [(1, 1), (2, 2), (5, 1), (7, 1), (8, 3), (10, 5), (10, 7), (3, 11)]:
    scores = np.round(random.lognormal(size=(runs, problems)), 2)
    golden["interquartileMeans"].append(
        {"scores": rows(scores.T), "interquartileMean": float(metrics.aggregate_iqm(scores)),
         "median": float(np.median(scores))})

golden["probabilities"] = []
for n, problems, digits in [(1, 1, 2), (3, 2, 2), (5, 4, 0), (10, 6, 1), (10, 6, 8), (25, 12, 1)]:
    a = np.round(random.standard_normal((n, problems)), digits) + 0.0
    b = np.round(random.standard_normal((n, problems)) + 0.4, digits) + 0.0
    if n == 10:
        a[3, 2] = b[4, 2] = b[5, 2] = np.inf
        b[:, 1] = a[:, 1]
    golden["probabilities"].append(
        {"a": rows(a.T), "b": rows(b.T),
         "probability": float(metrics.probability_of_improvement(b, a))})

# --- tests of wins and losses ---------------------------------------------------------------------

golden["signTests"] = []
for wins, losses in [(1, 0), (5, 0), (6, 0), (7, 3), (50, 50), (60, 40), (80, 20), (2600, 2400)]:
    golden["signTests"].append(
        [wins, losses, stats.binomtest(wins, wins + losses, 0.5).pvalue])

# Groups of wins and losses in runs that weigh 1/runs each.
golden["flipTests"] = []
for groups in [[[1, 1, 0], [5, 4, 1]], [[1, 3, 1], [4, 2, 5]], [[2, 4, 0], [3, 3, 2], [6, 1, 2]],
               [[3, 0, 2], [10, 7, 3]], [[1, 2, 2], [2, 3, 3]]]:
    weighted = np.concatenate(
        [np.repeat([1 / runs, -1 / runs], [wins, losses]) for runs, wins, losses in groups])
    found = stats.permutation_test(
        (weighted,), lambda x, axis: np.round(np.sum(x, axis=axis), 9), permutation_type="samples",
        vectorized=True, n_resamples=np.inf)
    golden["flipTests"].append({"groups": groups, "p": float(found.pvalue)})

# --- Holm, written out after the paper ------------------------------------------------------------

golden["holm"] = []
for values in [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5], [1e-4, 0.9, 0.02, 0.02, 0.3, 1.0]]:
    order = np.argsort(values, kind="stable")
    adjusted, largest = [0.0] * len(values), 0.0
    for i, place in enumerate(order):
        largest = max(largest, min(1.0, values[place] * (len(values) - i)))
        adjusted[place] = largest
    golden["holm"].append([values, adjusted])

# --- Friedman, Iman and Davenport, Nemenyi, of scores[participant][problem] -----------------------

golden["friedman"] = []
for k, n, digits in [(3, 5, 3), (3, 12, 0), (5, 8, 1), (20, 50, 2)]:
    scores = np.round(
        random.standard_normal((k, n)) + 0.3 * np.arange(k)[:, None] / math.sqrt(k), digits) + 0.0
    found = stats.friedmanchisquare(*scores)
    q = float(found.statistic)
    f = (n - 1) * q / (n * (k - 1) - q)
    golden["friedman"].append({
        "scores": rows(scores), "averageRanks": rows(stats.rankdata(scores, axis=0).mean(axis=1)),
        "chiSquare": q, "chiSquareP": float(found.pvalue),
        "f": f, "fP": float(stats.f.sf(f, k - 1, (k - 1) * (n - 1))),
        "criticalDifference": float(
            stats.studentized_range.ppf(0.95, k, np.inf) / math.sqrt(2)
            * math.sqrt(k * (k + 1) / (6 * n))),
    })

# --- the best of k trials, by trying all draws ----------------------------------------------------

golden["expectedBest"] = []
for n in [1, 2, 5, 6]:
    scores = np.round(random.lognormal(size=n), 1)
    for k in range(1, n + 1):
        apart = [min(draw) for draw in itertools.combinations(scores, k)]
        again = [min(draw) for draw in itertools.product(scores, repeat=k)]
        golden["expectedBest"].append({
            "scores": rows(scores), "trials": k,
            "mean": float(np.mean(apart)), "meanAgain": float(np.mean(again)),
            "median": float(np.median(apart)), "medianAgain": float(np.median(again)),
        })

path = pathlib.Path(__file__).with_suffix(".json")
text = ",\n".join(
    f"{json.dumps(key)}: [\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
    for key, value in golden.items())
path.write_text(f'{{"versions": {json.dumps(VERSIONS)},\n{text}\n}}\n', encoding="utf-8")
print(f"{path.name}: {sum(map(len, golden.values()))} cases, {path.stat().st_size} bytes")
