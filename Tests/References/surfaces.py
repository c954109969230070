"""Golden data of surfaces: losses, gradients and minima in 50-digit arithmetic.

    python3 -m venv references
    references/bin/pip install mpmath==1.3.0 numpy==2.4.6
    references/bin/python Tests/References/surfaces.py

Every formula is written down anew from its source, and differentiated numerically with more than 50
digits; the minimum is found by Newton's method from where the literature has it, or in closed form.
Data are drawn as the lab documents its random numbers. Writes surfaces.json beside this file.
"""

import json
import math
import pathlib

import numpy as np
from mpmath import (
    cos, diff, e, exp, findroot, log, lu_solve, matrix, mp, mpf, pi, sign, sin, sqrt,
)

mp.dps = 50
POINTS = 20
TWO_PI = 2 * pi

# --- the lab's random numbers -----------------------------------------------------------------------

MASK = 2**64 - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Random:
    """The stream of a seed for the purpose "instance", 4."""

    def __init__(self, seed):
        h = mix((seed + 0x9E3779B97F4A7C15) & MASK)
        self.state = mix(mix(h ^ (4 * 0xD1B54A32D192ED03 & MASK)))

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return (mix(self.state) >> 11) * 2.0**-53

    def normal(self):
        u, v = 1 - self.uniform(), self.uniform()
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)


def dot(a, b):
    total = 0.0
    for x, y in zip(a, b):
        total = total + x * y
    return total


def scales(dim, condition):
    return [
        1.0 if dim == 1 else math.exp(-0.5 * math.log(condition) * k / (dim - 1))
        for k in range(dim)
    ]


def linear_examples(dim, samples, condition, noise, hidden, instance=1):
    random = Random(instance)
    sizes = scales(dim, condition)
    weights = hidden(sizes, random)
    rows, targets = [], []
    for _ in range(samples):
        row = [s * random.normal() for s in sizes]
        rows.append(row)
        targets.append(dot(row, weights) + noise * random.normal())
    return [[mpf(a) for a in row] for row in rows], [mpf(b) for b in targets]


# --- cases ------------------------------------------------------------------------------------------

cases = []


def gradient(f, x):
    n = len(x)
    return [diff(f_at(f, x, i), x[i]) for i in range(n)]


def f_at(f, x, i):
    return lambda t: f(x[:i] + [t] + x[i + 1 :])


def stationary(f, *start):
    """The stationary point near `start`, of the free coordinates; a pair (value,) stays as it is."""
    free = [i for i, v in enumerate(start) if not isinstance(v, tuple)]

    def whole(values):
        x = [mpf(v[0]) if isinstance(v, tuple) else None for v in start]
        for i, v in zip(free, values):
            x[i] = v
        return x

    def slopes(*values):
        x = whole(values)
        return [diff(f_at(f, x, i), x[i]) for i in free]

    if len(free) == 1:
        values = [findroot(lambda v: slopes(v)[0], mpf(start[free[0]]), verify=False)]
    else:
        values = list(findroot(slopes, [mpf(start[i]) for i in free], verify=False))
    assert max(abs(s) for s in slopes(*values)) < mpf(10) ** -25
    return whole(values)


def add(name, f, box, minimum=None, settings=None, dim=2):
    """Points in `box`, a range for all coordinates or one for each; `minimum` is a loss."""
    box = box if isinstance(box, list) else [box] * dim
    random = np.random.default_rng(len(cases) + 1)
    points = [
        [round(float(random.uniform(low, high)), 6) for low, high in box] for _ in range(POINTS)
    ]
    losses, gradients = [], []
    for point in points:
        x = [mpf(v) for v in point]
        losses.append(float(f(x)))
        gradients.append([float(v) for v in gradient(f, x)])
    case = {"name": name, "settings": settings or {}, "points": points}
    case |= {"losses": losses, "gradients": gradients}
    if minimum is not None:
        case["minimumLoss"] = float(minimum)
    cases.append(case)


# --- quadratic forms --------------------------------------------------------------------------------


def turned(x, degrees):
    c, s = cos(pi * degrees / 180), sin(pi * degrees / 180)
    u = list(x)
    for i in range(len(u) - 1):
        u[i], u[i + 1] = c * u[i] + s * u[i + 1], c * u[i + 1] - s * u[i]
    return u


def quadratic(eigenvalues, degrees):
    return lambda x: sum(l * u * u for l, u in zip(eigenvalues, turned(x, degrees))) / 2


add("quadratic", quadratic([1, 100], 0), (-100, 100), 0)
add("quadratic", quadratic([1, 100], 30), (-100, 100), 0, {"rotation": "30"})
for spectrum, eigenvalues in {
    "uniform": [1, 21, 41, 61, 81],
    "log-uniform": [1, 3, 9, 27, 81],
    "two-cluster": [1, 1, 1, 81, 81],
}.items():
    settings = {"dim": "5", "condition": "81", "rotation": "25", "spectrum": spectrum}
    add("quadratic", quadratic(eigenvalues, 25), (-80, 80), 0, settings, dim=5)
add("sphere", lambda x: sum(v * v for v in x) / 2, (-5, 5), 0)
for n in (2, 5):
    more = {} if n == 2 else {"dim": "5"}
    add(
        "ellipsoid",
        lambda x: sum(mpf(10) ** (mpf(6) * i / (len(x) - 1)) * v * v for i, v in enumerate(x)),
        (-5, 5), 0, more, n)
    add("discus", lambda x: 10**6 * x[0] ** 2 + sum(v * v for v in x[1:]), (-5, 5), 0, more, n)

    def bent_cigar(x):
        t = turned(x, 45)
        for i, v in enumerate(t):
            if v > 0:
                t[i] = v ** (1 + mpf(i) / (len(x) - 1) * sqrt(v) / 2)
        z = turned(t, 45)
        return z[0] ** 2 + 10**6 * sum(v * v for v in z[1:])

    add("bent-cigar", bent_cigar, (-5, 5), 0, more, n)
    add(
        "sharp-ridge", lambda x: x[0] ** 2 + 100 * sqrt(sum(v * v for v in x[1:])), (-5, 5), 0,
        more, n)
    add(
        "different-powers",
        lambda x: sum(abs(v) ** (2 + mpf(4) * i / (len(x) - 1)) for i, v in enumerate(x)),
        (-2, 2), 0, more, n)

# --- bowls and valleys ------------------------------------------------------------------------------


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def zakharov(x):
    s = sum(mpf(i + 1) / 2 * v for i, v in enumerate(x))
    return sum(v * v for v in x) + s**2 + s**4


def dixon_price(x):
    return (x[0] - 1) ** 2 + sum(
        i * (2 * x[i - 1] ** 2 - x[i - 2]) ** 2 for i in range(2, len(x) + 1))


def powell(x):
    total = 0
    for i in range(0, len(x), 4):
        a, b, c, d = x[i : i + 4]
        total += (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4
    return total


def colville(x):
    a, b, c, d = x
    first = 100 * (b - a * a) ** 2 + (1 - a) ** 2 + 90 * (d - c * c) ** 2 + (1 - c) ** 2
    return first + (101 * ((b - 1) ** 2 + (d - 1) ** 2) + 198 * (b - 1) * (d - 1)) / 10


def beale(x):
    a, b = x
    return sum(
        (mpf(r) - a * (1 - b**k)) ** 2 for k, r in enumerate(("1.5", "2.25", "2.625"), 1))


for n in (2, 5):
    more = {} if n == 2 else {"dim": "5"}
    add("rosenbrock", rosenbrock, (-2, 3), 0, more, n)
    add("zakharov", zakharov, (-5, 5), 0, more, n)
    add("dixon-price", dixon_price, (-2, 3), 0, more, n)
add("powell-singular", powell, (-4, 4), 0, dim=4)
add("powell-singular", powell, (-4, 4), 0, {"dim": "8"}, dim=8)
add("colville", colville, (-3, 3), 0, dim=4)
add("beale", beale, [(-1, 4.5), (-2, 2)], 0)
add("booth", lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2, (-10, 10), 0)
add("matyas", lambda x: (26 * (x[0] ** 2 + x[1] ** 2) - 48 * x[0] * x[1]) / 100, (-10, 10), 0)
add(
    "bukin6", lambda x: 100 * sqrt(abs(x[1] - x[0] ** 2 / 100)) + abs(x[0] + 10) / 100,
    [(-15, -5), (-3, 3)], 0)

# --- saddles ----------------------------------------------------------------------------------------

add("saddle", lambda x: x[0] ** 2 - x[1] ** 2, (-1.5, 1.5))
add("monkey-saddle", lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, (-1.5, 1.5))
add("bounded-saddle", lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4 / 4, (-2, 2), -1)
add(
    "high-dimensional-saddle",
    lambda x: sum(v * v for v in x[:8]) / 2 + sum(v**4 / 4 - v * v / 2 for v in x[8:]),
    (-1.5, 1.5), mpf(-1) / 2, dim=10)
add(
    "plateau-saddle",
    lambda x: x[0] ** 4 / 4 + x[0] ** 2 * x[1] ** 2 / 2 - x[1] ** 4 / 4 + x[1] ** 6 / 6,
    (-1.5, 1.5), mpf(-1) / 12)


def two_wells(h, w):
    return lambda x: (x[0] ** 2 + x[1] ** 2) / 2 + h * exp(-x[0] ** 2 / (2 * w**2))


for h, w, more in ((2, mpf(1) / 2, {}), (5, mpf(1) / 4, {"height": "5", "width": "0.25"})):
    f = two_wells(h, w)
    add("two-wells", f, (-3, 3), f(stationary(f, 2 * w, 0)), more)

# --- many minima ------------------------------------------------------------------------------------


def radius(x):
    return sqrt(x[0] ** 2 + x[1] ** 2)


def ackley(x):
    n = len(x)
    cone = exp(-sqrt(sum(v * v for v in x) / n) / 5)
    return -20 * cone - exp(sum(cos(TWO_PI * v) for v in x) / n) + 20 + e


def griewank(x):
    product = 1
    for i, v in enumerate(x, 1):
        product *= cos(v / sqrt(i))
    return 1 + sum(v * v for v in x) / 4000 - product


def levy(x):
    w = [1 + (v - 1) / 4 for v in x]
    inner = sum((v - 1) ** 2 * (1 + 10 * sin(pi * v + 1) ** 2) for v in w[:-1])
    return (
        sin(pi * w[0]) ** 2 + inner + (w[-1] - 1) ** 2 * (1 + sin(TWO_PI * w[-1]) ** 2))


def levy13(x):
    a, b = x
    return (
        sin(3 * pi * a) ** 2 + (a - 1) ** 2 * (1 + sin(3 * pi * b) ** 2)
        + (b - 1) ** 2 * (1 + sin(TWO_PI * b) ** 2))


def styblinski_tang(x):
    return sum(v**4 - 16 * v * v + 5 * v for v in x) / 2


def schwefel(x):
    q = findroot(lambda q: sin(q) + q / 2 * cos(q), mpf("20.5"))
    return sum(q * q * sin(q) - v * sin(sqrt(abs(v))) for v in x)


def michalewicz(x):
    return -sum(sin(v) * sin(i * v * v / pi) ** 20 for i, v in enumerate(x, 1))


def least_michalewicz(n):
    """Each term on its own: the lowest of the roots of its slope, by bisection of lobes of the sine."""
    total = 0
    for i in range(1, n + 1):
        slope = lambda x: cos(x) * sin(i * x * x / pi) + 40 * i * x / pi * sin(x) * cos(
            i * x * x / pi)
        lobes = sorted(range(i), key=lambda k: -math.sin(math.pi * math.sqrt((k + 0.5) / i)))
        lows = []
        for k in lobes[:3]:
            low, high = pi * sqrt(mpf(k) / i) + mpf(10) ** -6, pi * sqrt(mpf(k + 1) / i)
            side = sign(slope(low))
            for _ in range(170):
                middle = (low + high) / 2
                low, high = (middle, high) if sign(slope(middle)) == side else (low, middle)
            lows.append(low)
        total += min(-sin(x) * sin(i * x * x / pi) ** 20 for x in lows)
    return total


for n in (2, 5):
    more = {} if n == 2 else {"dim": "5"}
    add("ackley", ackley, (-5, 5), 0, more, n)
    add("griewank", griewank, (-15, 15), 0, more, n)
    add("levy", levy, (-10, 10), 0, more, n)
    add("schwefel", schwefel, (-500, 500), 0, more, n)
    add("michalewicz", michalewicz, (0, math.pi), least_michalewicz(n), more, n)
    well = styblinski_tang(stationary(styblinski_tang, -2.9))
    add("styblinski-tang", styblinski_tang, (-5, 5), n * well, more, n)
    add(
        "rastrigin", lambda x: sum(10 + v * v - 10 * cos(TWO_PI * v) for v in x), (-5.12, 5.12), 0,
        more, n)
add("michalewicz", michalewicz, (0, math.pi), least_michalewicz(50), {"dim": "50"}, 50)
add("levy13", levy13, (-6, 6), 0)
add(
    "drop-wave", lambda x: -(1 + cos(12 * radius(x))) / (radius(x) ** 2 / 2 + 2), (-2, 2), -1)
add(
    "schaffer2",
    lambda x: mpf(1) / 2
    + (sin(x[0] ** 2 - x[1] ** 2) ** 2 - mpf(1) / 2)
    / (1 + (x[0] ** 2 + x[1] ** 2) / 1000) ** 2,
    (-4, 4), 0)


def mccormick(x):
    a, b = x
    return sin(a + b) + (a - b) ** 2 - 3 * a / 2 + 5 * b / 2 + 1


def eggholder(x):
    a, b = x
    return -(b + 47) * sin(sqrt(abs(b + a / 2 + 47))) - a * sin(sqrt(abs(a - b - 47)))


def holder_table(x):
    return -abs(sin(x[0]) * cos(x[1]) * exp(abs(1 - radius(x) / pi)))


def cross_in_tray(x):
    inner = abs(sin(x[0]) * sin(x[1]) * exp(abs(100 - radius(x) / pi)))
    return -((inner + 1) ** (mpf(1) / 10)) / 10000


def six_hump(x):
    a, b = x
    return (4 - 21 * a * a / 10 + a**4 / 3) * a * a + a * b + (4 * b * b - 4) * b * b


def goldstein_price(x):
    a, b = x
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b)
    second = 30 + (2 * a - 3 * b) ** 2 * (
        18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b)
    return first * second


def branin(x):
    a, b = x
    r = b - mpf("5.1") / (4 * pi**2) * a * a + 5 / pi * a - 6
    return r * r + 10 * (1 - 1 / (8 * pi)) * cos(a) + 10


def easom(x):
    a, b = x
    return -cos(a) * cos(b) * exp(-((a - pi) ** 2) - (b - pi) ** 2)


def found(f, *start):
    return f(stationary(f, *start))


add("mccormick", mccormick, [(-1.5, 4), (-3, 4)], found(mccormick, -0.547, -1.547))
add("eggholder", eggholder, (-512, 512), found(eggholder, (512,), 404.2319))
add("holder-table", holder_table, (-10, 10), found(holder_table, 8.05502, 9.66459))
add("cross-in-tray", cross_in_tray, (-10, 10), found(cross_in_tray, 1.34941, 1.34941))
add("himmelblau", lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, (-5, 5), 0)
add(
    "three-hump-camel",
    lambda x: 2 * x[0] ** 2 - 21 * x[0] ** 4 / 20 + x[0] ** 6 / 6 + x[0] * x[1] + x[1] ** 2,
    (-2, 2), 0)
add("six-hump-camel", six_hump, [(-2, 2), (-1, 1)], found(six_hump, 0.0898, -0.7127))
add("goldstein-price", goldstein_price, (-2, 2), 3)
add("branin", branin, [(-5, 10), (0, 15)], found(branin, 3.14, 2.275))
add("easom", easom, (0, 6.5), -1)

# --- structured -------------------------------------------------------------------------------------


def half_mean_square(rows, targets):
    return lambda w: sum(
        (sum(a * v for a, v in zip(row, w)) - b) ** 2 for row, b in zip(rows, targets)
    ) / (2 * len(rows))


def normal_equations(rows, targets, columns, shift=0):
    m = len(rows)
    moments = matrix(len(columns), len(columns))
    right = matrix(len(columns), 1)
    for p, j in enumerate(columns):
        for q, k in enumerate(columns):
            moments[p, q] = sum(row[j] * row[k] for row in rows) / m
        right[p] = sum(row[j] * b for row, b in zip(rows, targets)) / m
        right[p] -= shift[p] if shift else 0
    return list(lu_solve(moments, right))


rows, targets = linear_examples(
    10, 200, 100.0, 0.5,
    lambda sizes, random: [
        (w + (-1 if w < 0 else 1)) / s for s in sizes for w in [2 * random.uniform() - 1]
    ])
f = half_mean_square(rows, targets)
add("least-squares", f, (-3, 3), f(normal_equations(rows, targets, range(10))), dim=10)

rows, targets = linear_examples(
    10, 100, 10.0, 0.5,
    lambda sizes, random: [2 * random.normal() if k < 3 else 0.0 for k in range(len(sizes))])
squares = half_mean_square(rows, targets)
l1 = mpf(0.1)
# Which weights stay, and their signs: by proximal gradient steps in double precision.
A, b = np.array(rows, dtype=float), np.array(targets, dtype=float)
w = np.zeros(10)
for _ in range(20000):
    v = w - 0.2 * A.T @ (A @ w - b) / len(b)
    w = np.sign(v) * np.maximum(np.abs(v) - 0.2 * 0.1, 0)
active = [k for k in range(10) if w[k] != 0]
values = normal_equations(rows, targets, active, [l1 * sign(mpf(w[k])) for k in active])
best = [mpf(0)] * 10
for k, value in zip(active, values):
    best[k] = value
    assert sign(value) == sign(w[k])
for k in set(range(10)) - set(active):
    slope = sum(r[k] * (sum(a * v for a, v in zip(r, best)) - t) for r, t in zip(rows, targets))
    assert abs(slope) / len(rows) < l1
f = lambda w: squares(w) + l1 * sum(abs(v) for v in w)
add("lasso", f, (-3, 3), f(best), dim=10)

random = Random(1)
sizes = scales(10, 100.0)
hidden = [2 * random.normal() / s for s in sizes]
examples = []
for _ in range(200):
    row = [s * random.normal() for s in sizes]
    label = 1 if random.uniform() < 1 / (1 + math.exp(-dot(row, hidden))) else -1
    examples.append([mpf(label * a) for a in row])
signed = examples


def logistic(w):
    total = sum(log(1 + exp(-sum(a * v for a, v in zip(row, w)))) for row in signed)
    return total / len(signed) + mpf(0.01) / 2 * sum(v * v for v in w)


def least_logistic():
    """Newton's method, until the step is below 10^-30."""
    w = [mpf(0)] * 10
    while True:
        g, h = matrix([mpf(0.01) * v for v in w]), matrix(10, 10)
        for row in signed:
            p = 1 / (1 + exp(sum(a * v for a, v in zip(row, w))))
            for j in range(10):
                g[j] -= p * row[j] / len(signed)
                for k in range(10):
                    h[j, k] += p * (1 - p) * row[j] * row[k] / len(signed)
        for k in range(10):
            h[k, k] += mpf(0.01)
        step = lu_solve(h, g)
        w = [v - s for v, s in zip(w, step)]
        if max(abs(s) for s in step) < mpf(10) ** -30:
            return w


add("logistic-regression", logistic, (-3, 3), logistic(least_logistic()), dim=10)


def orthonormal(random, rows, columns):
    a = np.array([random.normal() for _ in range(rows * columns)]).reshape(columns, rows).T
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


random = Random(1)
left, right = orthonormal(random, 6, 5), orthonormal(random, 5, 5)
singular = [mpf(10) ** (-mpf(k) / 4) for k in range(5)]
M = [
    [sum(singular[k] * mpf(left[i, k]) * mpf(right[j, k]) for k in range(5)) for j in range(5)]
    for i in range(6)
]


def factorization(x):
    u = [x[2 * i : 2 * i + 2] for i in range(6)]
    v = [x[12 + 2 * j : 14 + 2 * j] for j in range(5)]
    return sum(
        (u[i][0] * v[j][0] + u[i][1] * v[j][1] - M[i][j]) ** 2 for i in range(6) for j in range(5)
    ) / 2


add(
    "matrix-factorization", factorization, (-1, 1), sum(s * s for s in singular[2:]) / 2, dim=22)


def phase_data(dim, samples):
    random = Random(1)

    def unit():
        v = [random.normal() for _ in range(dim)]
        norm = math.sqrt(dot(v, v))
        return [a / norm for a in v]

    hidden, _ = unit(), unit()
    vectors = [[random.normal() for _ in range(dim)] for _ in range(samples)]
    targets = [dot(a, hidden) ** 2 for a in vectors]
    return [[mpf(a) for a in row] for row in vectors], [mpf(y) for y in targets]


vectors, squares_of = phase_data(10, 100)
add(
    "phase-retrieval",
    lambda x: sum(
        (sum(a * v for a, v in zip(row, x)) ** 2 - y) ** 2 for row, y in zip(vectors, squares_of)
    ) / (4 * len(vectors)),
    (-1.5, 1.5), 0, dim=10)


def cycle(x):
    p = x[0]
    if p < 1:
        return 25 * p**2 / 2
    return p**2 / 2 + 24 * p - 12 if p < 2 else 25 * p**2 / 2 - 24 * p + 36


add("lessard-cycle", cycle, (-4, 4), 0, dim=1)


def absolute_examples(dim, pairs, noise):
    random = Random(1)
    hidden = [random.normal() for _ in range(dim)]
    rows, targets, errors = [], [], []
    for i in range(dim + pairs):
        row = [random.normal() for _ in range(dim)]
        error = 0.0 if i < dim else noise * (i - dim + 1) / pairs
        for side in [1] if i < dim else [1, -1]:
            rows.append([mpf(a) for a in row])
            targets.append(mpf(dot(row, hidden) + side * error))
            errors.append(mpf(error))
    return rows, targets, sum(errors) / len(errors)


deviations, observed, mean_error = absolute_examples(10, 50, 2.0)
add(
    "least-absolute-deviations",
    lambda w: sum(
        abs(sum(a * v for a, v in zip(row, w)) - b) for row, b in zip(deviations, observed)
    ) / len(observed),
    (-2, 2), mean_error, dim=10)
add("adam-counterexample", lambda x: 10 * x[0] / 101, (-1, 1), -mpf(10) / 101, dim=1)

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"cases": cases}, separators=(",", ":")).replace('{"name"', '\n{"name"'))
print(f"{len(cases)} cases of {len({c['name'] for c in cases})} surfaces in {path.name}")
