"""Golden data for the methods without gradients.

See golden.py for how to run this. Nelder-Mead is scipy's, run to its end at once. The others are
transcribed in NumPy from their papers and fed with the lab's own random numbers: CMA-ES from table 1
and the equations of arXiv 1604.00772, with samples y = C^(1/2) z; SPSA from Spall 1998.
"""

import math

import numpy as np
import scipy.optimize

from golden import EVERYWHERE, LONG_SAMPLES, SAMPLES, Golden, Random, term

golden = Golden("gradient_free")
add = golden.add


class NelderMead:
    """scipy.optimize.minimize(method="Nelder-Mead"), which gives its best vertex after each iteration."""

    evaluations, is_whole = None, True

    def __init__(self, text, **options):
        self.text, self.options = text, options

    def start(self, x):
        self.x, self.path, self.t = x, None, 0

    def run(self, evaluate):
        self.path, counts = [], [0]

        def loss(x):
            counts[-1] += 1
            return evaluate([float(v) for v in x])[0]

        def after(intermediate_result):
            self.path.append([float(v) for v in intermediate_result.x])
            counts.append(0)

        scipy.optimize.minimize(
            loss, self.x, method="Nelder-Mead", callback=after,
            options={"maxiter": 1001, "maxfev": 10**6, "xatol": -1, "fatol": -1, **self.options})
        self.losses = counts[:-1]

    def step(self, x, evaluate):
        if self.path is None:
            self.run(evaluate)
        self.t += 1
        return self.path[self.t - 1]

    def judged(self, x):
        return None


class Losses:
    """A method in NumPy: update(x, s, t, loss) -> x, with a dictionary `s` as its state."""

    evaluations = None

    def __init__(self, text, update, schedule=None):
        self.text, self.update = text, update

    def start(self, x):
        self.s, self.t, self.losses = {}, 0, []

    def step(self, x, evaluate):
        self.t += 1
        self.losses.append(0)

        def loss(p):
            self.losses[-1] += 1
            return evaluate([float(v) for v in p])[0]

        return [float(v) for v in self.update(np.array(x), self.s, self.t, loss)]

    def judged(self, x):
        return None


def random_search(sigma, reevaluate=False):
    sigma = sigma if callable(sigma) else lambda t, sigma=sigma: sigma

    def update(x, s, t, loss):
        if reevaluate or "f" not in s:
            s["f"] = loss(x)
        y = x + sigma(t) * Random(t).normals(len(x))
        f = loss(y)
        if f < s["f"]:
            s["f"] = f
            return y
        return x

    return update


def spsa(a, A=100.0, alpha=0.602, c=0.01, gamma=0.101):
    a = a if callable(a) else lambda t, a=a: a

    def update(x, s, t, loss):
        delta = Random(t).signs(len(x))
        ck = c / t**gamma
        above = loss(x + ck * delta)
        below = loss(x - ck * delta)
        return x - a(t) / (A + t) ** alpha * (above - below) / (2 * ck) / delta

    return update


def cma_es(sigma, population=None, active=True):
    def setup(n):
        lam = population or 4 + int(3 * math.log(n))
        raw = np.log((lam + 1) / 2) - np.log(np.arange(1, lam + 1))
        mu = lam // 2
        mueff = raw[:mu].sum() ** 2 / (raw[:mu] ** 2).sum()
        minus = raw[mu:].sum() ** 2 / (raw[mu:] ** 2).sum()
        c1 = 2 / ((n + 1.3) ** 2 + mueff)
        cmu = min(1 - c1, 2 * (1 / 4 + mueff + 1 / mueff - 2) / ((n + 2) ** 2 + 2 * mueff / 2))
        bound = min(1 + c1 / cmu, 1 + 2 * minus / (mueff + 2), (1 - c1 - cmu) / (n * cmu))
        w = raw.copy()
        w[:mu] /= raw[:mu].sum()
        w[mu:] *= (bound if active else 0) / -raw[mu:].sum()
        cs = (mueff + 2) / (n + mueff + 5)
        ds = 1 + 2 * max(0, math.sqrt((mueff - 1) / (n + 1)) - 1) + cs
        cc = (4 + mueff / n) / (n + 4 + 2 * mueff / n)
        chi = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n**2))
        lag = max(1, int(1 / (10 * n * (c1 + cmu))))
        return dict(lam=lam, mu=mu, mueff=mueff, c1=c1, cmu=cmu, w=w, cs=cs, ds=ds, cc=cc, chi=chi,
                    lag=lag, C=np.eye(n), root=np.eye(n), ps=np.zeros(n), pc=np.zeros(n), sigma=sigma)

    def update(m, s, t, loss):
        n = len(m)
        if not s:
            s.update(setup(n))
        lam, mu, w, mueff = s["lam"], s["mu"], s["w"], s["mueff"]
        cs, cc, c1, cmu = s["cs"], s["cc"], s["c1"], s["cmu"]
        z = Random(t).normals(lam * n).reshape(lam, n)
        y = z @ s["root"]
        order = np.argsort([loss(m + s["sigma"] * row) for row in y], kind="stable")
        z, y = z[order], y[order]
        zw, yw = w[:mu] @ z[:mu], w[:mu] @ y[:mu]
        m = m + s["sigma"] * yw
        s["ps"] = (1 - cs) * s["ps"] + math.sqrt(cs * (2 - cs) * mueff) * zw
        norm = np.linalg.norm(s["ps"])
        s["sigma"] *= math.exp(cs / s["ds"] * (norm / s["chi"] - 1))
        h = norm / math.sqrt(1 - (1 - cs) ** (2 * t)) < (1.4 + 2 / (n + 1)) * s["chi"]
        s["pc"] = (1 - cc) * s["pc"] + h * math.sqrt(cc * (2 - cc) * mueff) * yw
        wo = w * np.where(w >= 0, 1, n / (z * z).sum(axis=1))
        s["C"] = ((1 + c1 * (1 - h) * cc * (2 - cc) - c1 - cmu * w.sum()) * s["C"]
                  + c1 * np.outer(s["pc"], s["pc"]) + cmu * (y.T * wo) @ y)
        if t % s["lag"] == 0:
            values, vectors = np.linalg.eigh(s["C"])
            s["root"] = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
        return m

    return update


ALL = EVERYWHERE + " rosenbrock4"
FEW = [1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100]

# nelder-mead: near the minimum the order of losses is one of rounding errors
# and at the start on beale, where two vertices have the same loss
SIMPLEX = "rosenbrock quadratic himmelblau rosenbrock4"
add(term("nelder-mead"), NelderMead("scipy Nelder-Mead"), SIMPLEX, FEW, least=9)
add(term("nelder-mead@scipy"), NelderMead("scipy Nelder-Mead"), "rosenbrock", FEW, least=9)
add(term("nelder-mead@adaptive"), NelderMead("scipy Nelder-Mead(adaptive)", adaptive=True),
    SIMPLEX, FEW, least=9)
for problem, start in (("rosenbrock", [-1.2, 1.0]), ("himmelblau", [-0.5, 0.5])):
    simplex = np.array([start, [1.3 * start[0], start[1]], [start[0], 1.3 * start[1]]])
    add(term("nelder-mead", {"size": 0.3}),
        NelderMead("scipy Nelder-Mead(initial_simplex of 0.3)", initial_simplex=simplex), problem, FEW,
        least=9)

# random-search
add(term("random-search"), Losses("Matyas 1965", random_search(0.1)), samples=LONG_SAMPLES, least=8)
add(term("random-search", {"sigma": 0.02, "reevaluate": True}),
    Losses("Matyas 1965, f(x) anew", random_search(0.02, True)), samples=LONG_SAMPLES, least=8)
add(term("random-search", {"sigma": 0.3}, schedules=[("sigma", "exponential", {"k": 0.01})]),
    Losses("Matyas 1965, sigma 0.3 exp(-0.01 t)",
           random_search(lambda t: 0.3 * math.exp(-0.01 * (t - 1)))), samples=SAMPLES, least=8)

# spsa
add(term("spsa", {"lr": 0.01}), Losses("Spall 1998", spsa(0.01)), samples=LONG_SAMPLES)
add(term("spsa", {"lr": 0.002, "stability": 10, "decay": 0.7, "perturbation": 0.05, "gamma": 0.2}),
    Losses("Spall 1998, other gains", spsa(0.002, 10, 0.7, 0.05, 0.2)), samples=LONG_SAMPLES)
add(term("spsa", {"lr": 0.02}, schedules=[("lr", "exponential", {"k": 0.01})]),
    Losses("Spall 1998, a 0.02 exp(-0.01 t)", spsa(lambda t: 0.02 * math.exp(-0.01 * (t - 1)))))

# cma-es: the same of the order of losses
add(term("cma-es"), Losses("arXiv 1604.00772", cma_es(0.3)), ALL, FEW, least=7)
add(term("cma-es@tutorial", {"sigma": 0.05}), Losses("arXiv 1604.00772, sigma 0.05", cma_es(0.05)),
    "rosenbrock himmelblau", FEW, least=7)
add(term("cma-es@positive"), Losses("arXiv 1604.00772, positive weights", cma_es(0.3, active=False)),
    ALL, FEW, least=7)
add(term("cma-es", {"sigma": 0.5, "population": 15}),
    Losses("arXiv 1604.00772, 15 samples", cma_es(0.5, 15)), ALL, FEW, least=7)

golden.write()
