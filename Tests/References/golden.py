"""What the scripts that make golden data share: problems, references, cases and their files.

    python3 -m venv references
    references/bin/pip install torch==2.15.0 jax==0.10.2 optax==0.2.8 numpy==2.4.6 \\
        pytorch_optimizer==4.1.0 scipy==1.17.1
    references/bin/python Tests/References/wrappers.py

Each script of a family of optimizers (`wrappers.py`, ...) makes a `Golden` of its name, adds cases to it
and writes `<name>.json` beside itself, which the Swift tests read, all files alike. Everything is in
double precision. Losses and gradients are written out with the operations in the order of the Swift
test surfaces, so that what is compared is the update alone.

Each case carries its amplification A: a perturbation of every step by the relative amount e moves
the sampled points by A e at most. Two correct implementations differ by a few roundings a step,
e = 2^-53, so that agreement to 1e-12 may be asked for where A < 2000; a case is refused, or ends, where A
goes beyond.
"""

import json
import math
import pathlib
import sys
from importlib.metadata import version

import jax
import numpy as np
import optax
import torch

VERSIONS = {"torch": "2.15.0", "jax": "0.10.2", "optax": "0.2.8", "pytorch_optimizer": "4.1.0",
            "scipy": "1.17.1"}
for name, expected in VERSIONS.items():
    found = version(name).split("+")[0]
    if found != expected:
        sys.exit(f"{name} {expected} is needed, not {found}")
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

PERTURBATION = 2.0**-36
LARGEST_AMPLIFICATION = 2000
SAMPLES = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500]
LONG_SAMPLES = SAMPLES + [1000]
MATRIX_SAMPLES = [1, 2, 3, 5, 10, 20, 50]

# --- problems: loss and gradient, and a start -----------------------------------------------------


def rosenbrock(p):
    x, y = p
    r = y - x * x
    loss = 0.0 + (100.0 * (r * r) + (1.0 - x) * (1.0 - x))
    return loss, [0.0 - 400.0 * x * r - 2.0 * (1.0 - x), 200.0 * r]


def quadratic(p):
    """Eigenvalues 100 and 1, turned by 30 degrees; minimum at (1, -0.5)."""
    a, b = p[0] - 1.0, p[1] + 0.5
    loss = 0.5 * (75.25 * a * a + 25.75 * b * b) + 42.868257487329714 * a * b
    return loss, [75.25 * a + 42.868257487329714 * b, 42.868257487329714 * a + 25.75 * b]


def beale(p):
    x, y = p
    u = 1.5 - x + x * y
    v = 2.25 - x + x * (y * y)
    w = 2.625 - x + x * (y * y * y)
    gx = 2.0 * u * (y - 1.0) + 2.0 * v * (y * y - 1.0) + 2.0 * w * (y * y * y - 1.0)
    gy = 2.0 * u * x + 4.0 * v * (x * y) + 6.0 * w * (x * (y * y))
    return u * u + v * v + w * w, [gx, gy]


def himmelblau(p):
    x, y = p
    u = x * x + y - 11.0
    v = x + y * y - 7.0
    return u * u + v * v, [4.0 * x * u + 2.0 * v, 2.0 * u + 4.0 * y * v]


def rosenbrock4(p):
    loss, g = 0.0, [0.0] * 4
    for i in range(3):
        r = p[i + 1] - p[i] * p[i]
        loss = loss + (100.0 * (r * r) + (1.0 - p[i]) * (1.0 - p[i]))
        g[i] = g[i] - 400.0 * p[i] * r - 2.0 * (1.0 - p[i])
        g[i + 1] = 200.0 * r
    return loss, g


PROBLEMS = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0]),
    "quadratic": (quadratic, [-1.0, 1.5]),
    "beale": (beale, [1.0, 1.0]),
    "himmelblau": (himmelblau, [-0.5, 0.5]),
    "rosenbrock4": (rosenbrock4, [-1.2, 1.0, -1.1, 0.9]),
}
EVERYWHERE = "rosenbrock quadratic beale himmelblau"

# --- references: start(x), step(x, evaluate) -> x, judged(x); `evaluate` gives loss and gradient, and
# `evaluations`, where it is a list, has the gradients that each step asked for. So have `losses` the
# losses alone and `products` the Hessian-vector products, where a reference has them ----------------


class Torch:
    """An optimizer of torch or pytorch_optimizer.

    `make` makes it from the parameter; `before` may change the gradient; `schedule` makes a torch
    scheduler; `vary` sets entries of the parameter group by the step, from 0; `judged="eval"` asks for
    the point of evaluation; `closure` hands it a function that evaluates again.
    """

    evaluations = None

    def __init__(self, text, make, before=None, judged=None, schedule=None, vary=None, closure=False):
        self.text, self.make, self.before = text, make, before
        self.how, self.schedule, self.vary, self.closure = judged, schedule, vary or {}, closure

    def start(self, x):
        self.x = torch.tensor(x, dtype=torch.float64)
        self.optimizer = self.make(self.x)
        self.scheduler = self.schedule and self.schedule(self.optimizer)
        self.t = 0
        if hasattr(self.optimizer, "train"):
            self.optimizer.train()

    def step(self, x, evaluate):
        self.x.data.copy_(torch.tensor(x, dtype=torch.float64))
        loss, g = evaluate(x)
        self.x.grad = torch.tensor(g, dtype=torch.float64)
        if self.before:
            self.before(self.x)
        for key, value in self.vary.items():
            self.optimizer.param_groups[0][key] = float(value(self.t))
        if self.closure:

            def closure():
                loss, g = evaluate(self.x.tolist())
                self.x.grad = torch.tensor(g, dtype=torch.float64)
                return torch.tensor(loss, dtype=torch.float64)

            self.optimizer.step(closure)
        else:
            self.optimizer.step()
        if self.scheduler:
            self.scheduler.step()
        self.t += 1
        return self.x.tolist()

    def judged(self, x):
        if self.how == "eval":
            before = self.x.clone()
            self.optimizer.eval()
            found = self.x.tolist()
            self.optimizer.train()
            self.x.data.copy_(before)
            return found
        return None


class Optax:
    """An optax transformation; `value=True` hands it the loss, `judged` gives the point of evaluation
    from its state and the parameters."""

    evaluations = None

    def __init__(self, text, transformation, judged=None, value=False):
        self.text, self.transformation, self.how = text, transformation, judged
        self.transformation = optax.with_extra_args_support(transformation)

        def update(x, loss, g, state):
            extra = {"value": loss} if value else {}
            updates, state = self.transformation.update(g, state, x, **extra)
            return optax.apply_updates(x, updates), state

        self.update = jax.jit(update)

    def start(self, x):
        self.state = self.transformation.init(np.array(x))

    def step(self, x, evaluate):
        loss, g = evaluate(x)
        x, self.state = self.update(np.array(x), loss, np.array(g), self.state)
        return [float(value) for value in x]

    def judged(self, x):
        return [float(v) for v in self.how(self.state, np.array(x))] if self.how else None


class Transcribed:
    """An update as a paper or a file prints it, in NumPy: update(x, g, s, t, evaluate) -> x, with a
    dictionary `s` as its state and steps t from 1."""

    evaluations = None

    def __init__(self, text, update):
        self.text, self.update = text, update

    def start(self, x):
        self.s, self.t = {}, 0

    def step(self, x, evaluate):
        self.t += 1
        g = np.array(evaluate(x)[1])
        return [float(v) for v in self.update(np.array(x), g, self.s, self.t, evaluate)]

    def judged(self, x):
        return None


# --- the lab's random numbers ----------------------------------------------------------------------


class Random:
    """RandomSource.swift: the random numbers of an optimizer at a step of a run with the seed 1."""

    MASK = 2**64 - 1

    def __init__(self, step, seed=1, purpose=5):
        h = self.mix(seed + 0x9E3779B97F4A7C15)
        h = self.mix(h ^ (purpose * 0xD1B54A32D192ED03 & self.MASK))
        self.state = self.mix(h ^ (step * 0x8CB92BA72F3D8DD7 & self.MASK))

    @classmethod
    def mix(cls, z):
        z &= cls.MASK
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & cls.MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & cls.MASK
        return z ^ (z >> 31)

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        return self.mix(self.state)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def normal(self):
        u, v = 1 - self.uniform(), self.uniform()
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)

    def sign(self):
        return 1.0 if self.next() >> 63 == 0 else -1.0

    def normals(self, count):
        return np.array([self.normal() for _ in range(count)])

    def signs(self, count):
        return np.array([self.sign() for _ in range(count)])


# --- what the lab is asked for ---------------------------------------------------------------------


def text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def term(name, settings=None, inner=None, schedules=()):
    """An optimizer as the lab is asked for it; `name` may carry a preset. Schedules are triples of
    hyperparameter, name and settings."""
    term = {"name": name, "settings": {k: text(v) for k, v in (settings or {}).items()}}
    if schedules:
        term["schedules"] = [
            {"hyperparameter": h, "name": n, "settings": {k: text(v) for k, v in s.items()}}
            for h, n, s in schedules
        ]
    if inner:
        term["inner"] = inner
    return term


# --- cases ----------------------------------------------------------------------------------------


def run(reference, evaluate, start, samples, perturbation=0.0):
    random = np.random.default_rng(1)
    if perturbation and getattr(reference, "is_whole", False):
        # A reference that runs to its end at once is disturbed by what it is told.
        plain, noise = evaluate, np.random.default_rng(2)

        def evaluate(x):
            loss, g = plain(x)
            d = perturbation * noise.uniform(-1, 1, 1 + len(g))
            return loss * (1 + d[0]), [float(v * (1 + e)) for v, e in zip(g, d[1:])]

    reference.start(start)
    x, path, judged = list(start), [], []
    for t in range(samples[-1]):
        x = reference.step(x, evaluate)
        if t + 1 in samples:
            judged.append(reference.judged(x))
        x = [float(v * (1 + perturbation * random.uniform(-1, 1))) for v in x]
        if t + 1 in samples:
            path.append(x)
    return path, judged


def counted(reference):
    """What each step of the last run asked for, by kind, where the reference has that."""
    return {
        kind: list(found) for kind in ("evaluations", "losses", "products")
        if (found := getattr(reference, kind, None)) is not None
    }


def growth(points, moved):
    """How much larger than the perturbation the movement of the points is, so far."""
    points, moved = np.array(points), np.array(moved)
    size = np.max(np.abs(points), axis=1)
    return np.maximum.accumulate(np.max(np.abs(moved - points), axis=1) / size) / PERTURBATION


class Golden:
    """The cases of one file."""

    def __init__(self, name):
        self.name, self.cases, self.matrices = name, [], []

    def add(self, optimizer, reference, problems=EVERYWHERE, samples=SAMPLES, least=None,
            tolerance=None, why=None):
        """One case for each problem; from `least` samples on, it may end where A passes its limit.

        `tolerance`, with the reason `why`, is for references that have fewer digits than double
        precision.
        """
        for problem in problems.split():
            evaluate, start = PROBLEMS[problem]
            points, judged = run(reference, evaluate, start, samples)
            counts = counted(reference)
            assert np.all(np.isfinite(points)), (reference.text, problem, "diverges")
            grown = growth(points, run(reference, evaluate, start, samples, PERTURBATION)[0])
            kept = int(np.sum(grown <= LARGEST_AMPLIFICATION))
            # What a step asks for must not hang on the disturbance either.
            for kind, found in counted(reference).items():
                same = 0
                while same < len(found) and found[same:same + 1] == counts[kind][same:same + 1]:
                    same += 1
                kept = min(kept, sum(sample <= same for sample in samples))
            if kept < (least or len(samples)):
                sys.exit(f"{reference.text} on {problem}: {kept} samples, amplification {grown}")
            case = {
                "optimizer": optimizer, "reference": reference.text, "problem": problem,
                "start": start, "samples": samples[:kept],
                "amplification": round(float(grown[kept - 1]), 1), "points": points[:kept],
            }
            if tolerance:
                case["tolerance"], case["why"] = tolerance, why
            if judged[0] is not None:
                case["judged"] = judged[:kept]
            for kind, found in counts.items():
                case[kind] = found[:samples[kept - 1]]
            self.cases.append(case)

    def add_tensors(self, optimizer, reference, shapes, make, samples=MATRIX_SAMPLES, tolerance=None,
                    why=None, least=None):
        """One case on tensors: f(X) = 1/2 ||X - T||^2 + 1/4 (sum of X)^2 over all of them together, from
        1/8 everywhere; T of rounded normal numbers.

        `shapes`: of one tensor, or a list of them; of two and more dimensions they are weights, of one
        biases. `make(parameters)` gets torch tensors and returns step(gradients), which changes the
        parameters in place.
        """
        if isinstance(shapes, tuple):
            shapes = [shapes]
        random = np.random.default_rng(sum(map(sum, shapes)) + len(reference))
        targets = [np.round(random.standard_normal(shape) * 1024) / 1024 for shape in shapes]

        def go(perturbation=0.0):
            noise = np.random.default_rng(1)
            tensors = [torch.full(shape, 0.125, dtype=torch.float64) for shape in shapes]
            step = make(tensors)
            path = []
            for t in range(samples[-1]):
                total = sum(x.sum() for x in tensors)
                step([(x - torch.tensor(target)) + 0.5 * total
                      for x, target in zip(tensors, targets)])
                for x, shape in zip(tensors, shapes):
                    x.data.mul_(torch.tensor(1 + perturbation * noise.uniform(-1, 1, shape)))
                if t + 1 in samples:
                    path.append([float(v) for x in tensors for v in x.flatten().tolist()])
            return path

        points = go()
        assert np.all(np.isfinite(points)), (reference, shapes, "diverges")
        grown = growth(points, go(PERTURBATION))
        kept = int(np.sum(grown <= LARGEST_AMPLIFICATION))
        if kept < (least or len(samples)):
            sys.exit(f"{reference} on {shapes}: amplification {grown}")
        case = {
            "optimizer": optimizer, "reference": reference, "shapes": [list(s) for s in shapes],
            "target": [float(v) for target in targets for v in target.flatten()],
            "samples": samples[:kept], "amplification": round(float(grown[kept - 1]), 1),
            "points": points[:kept],
        }
        if tolerance:
            case["tolerance"], case["why"] = tolerance, why
        self.matrices.append(case)

    def write(self):
        """One row a line: small changes make small diffs."""

        def rows(list):
            return ",\n".join(json.dumps(row) for row in list)

        path = pathlib.Path(__file__).with_name(self.name + ".json")
        path.write_text(
            f'{{"versions": {json.dumps(VERSIONS)},\n"cases": [\n{rows(self.cases)}\n],\n'
            f'"matrices": [\n{rows(self.matrices)}\n]}}\n', encoding="utf-8")
        print(f"{path.name}: {len(self.cases)} cases and {len(self.matrices)} of tensors, "
              f"{path.stat().st_size} bytes")


def torch_steps(make):
    """For `add_tensors`: the steps of a torch optimizer that `make` makes from a list of parameters."""

    def steps(tensors):
        optimizer = make(tensors)

        def step(gradients):
            for x, g in zip(tensors, gradients):
                x.grad = g
            optimizer.step()

        return step

    return steps


def optax_steps(transformation):
    """For `add_tensors`: an optax transformation over a list of tensors."""

    def make(tensors):
        state = transformation.init([x.numpy().copy() for x in tensors])

        def step(gradients):
            nonlocal state
            params = [x.numpy().copy() for x in tensors]
            updates, state = transformation.update([g.numpy() for g in gradients], state, params)
            for x, p in zip(tensors, optax.apply_updates(params, updates)):
                x.copy_(torch.tensor(np.array(p)))

        return step

    return make
