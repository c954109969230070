"""Golden data for the optimizers: what torch and optax compute, step by step.

    python3 -m venv references
    references/bin/pip install torch==2.15.0 jax==0.10.2 optax==0.2.8 numpy==2.4.6
    references/bin/python Tests/References/generate.py

writes optimizers.json beside this file. Everything is in double precision. The
gradients are written out with the operations in the order of the Swift test surfaces, so that
what is compared is the update rule alone. Forms that no library offers (those of the cs231n
lecture) are transcribed below in NumPy.

Each case carries its amplification A: a perturbation of every step by the relative amount e moves
the sampled points by A e at most. Two correct implementations differ by a few roundings a step,
e = 2^-53, so agreement to 1e-12 may be asked for where A < 2000; other cases are refused here (RMSProp on the
floor of a curved valley: its steps keep their size, and their signs become chaotic).
"""

import json
import math
import os
import sys

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import numpy as np
import optax
import torch

VERSIONS = {"torch": "2.15.0", "jax": "0.10.2", "optax": "0.2.8"}
for module in (torch, jax, optax):
    found = module.__version__.split("+")[0]
    if found != VERSIONS[module.__name__]:
        sys.exit(f"{module.__name__} {VERSIONS[module.__name__]} is needed, not {found}")

SAMPLES = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
STEPS = SAMPLES[-1]
PERTURBATION = 2.0**-36
LARGEST_AMPLIFICATION = 2000

# --- problems: start and gradient -----------------------------------------------------------------


def rosenbrock(x, y):
    r = y - x * x
    return [0.0 - 400.0 * x * r - 2.0 * (1.0 - x), 200.0 * r]


def quadratic(x, y):
    """Eigenvalues 100 and 1, turned by 30 degrees; minimum at (1, -0.5)."""
    a, b = x - 1.0, y + 0.5
    return [75.25 * a + 42.868257487329714 * b, 42.868257487329714 * a + 25.75 * b]


def beale(x, y):
    u = 1.5 - x + x * y
    v = 2.25 - x + x * (y * y)
    w = 2.625 - x + x * (y * y * y)
    gx = 2.0 * u * (y - 1.0) + 2.0 * v * (y * y - 1.0) + 2.0 * w * (y * y * y - 1.0)
    gy = 2.0 * u * x + 4.0 * v * (x * y) + 6.0 * w * (x * (y * y))
    return [gx, gy]


def himmelblau(x, y):
    u = x * x + y - 11.0
    v = x + y * y - 7.0
    return [4.0 * x * u + 2.0 * v, 2.0 * u + 4.0 * y * v]


PROBLEMS = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0]),
    "quadratic": (quadratic, [-1.0, 1.5]),
    "beale": (beale, [1.0, 1.0]),
    "himmelblau": (himmelblau, [-0.5, 0.5]),
}

# --- references: each returns a function (x, g, t) -> x with its own state -----------------------


class Torch:
    """A torch optimizer; `schedule` is a torch scheduler, `vary` sets group entries by the step."""

    def __init__(self, name, schedule=None, vary=None, **arguments):
        self.name, self.arguments = name, arguments
        self.schedule, self.vary = schedule, vary
        self.text = call(f"torch.optim.{name}", arguments)

    def start(self, x):
        self.x = torch.tensor(x, dtype=torch.float64)
        self.optimizer = getattr(torch.optim, self.name)([self.x], **self.arguments)
        self.scheduler = self.schedule and self.schedule(self.optimizer)

    def step(self, x, g, t):
        self.x.copy_(torch.tensor(x, dtype=torch.float64))
        self.x.grad = torch.tensor(g, dtype=torch.float64)
        for key, value in (self.vary or {}).items():
            self.optimizer.param_groups[0][key] = float(value(t))
        self.optimizer.step()
        if self.scheduler:
            self.scheduler.step()
        return self.x.tolist()


class Optax:
    """An optax transformation."""

    def __init__(self, text, transformation):
        self.text, self.transformation = text, transformation

        def update(x, g, state):
            updates, state = transformation.update(g, state, x)
            return optax.apply_updates(x, updates), state

        self.update = jax.jit(update)

    def start(self, x):
        self.state = self.transformation.init(np.array(x))

    def step(self, x, g, t):
        x, self.state = self.update(np.array(x), np.array(g), self.state)
        return [float(value) for value in x]


class Lecture:
    """An update as the cs231n notes print it, on NumPy arrays; `s` is its state."""

    def __init__(self, text, update, rate):
        self.text, self.update = text, update
        self.rate = rate if callable(rate) else lambda t: rate

    def start(self, x):
        self.s = {}

    def step(self, x, g, t):
        return self.update(np.array(x), np.array(g), self.s, self.rate(t), t + 1).tolist()


def call(name, arguments):
    return name + "(" + ", ".join(f"{k}={v}" for k, v in arguments.items()) + ")"


def lecture_momentum(x, dx, s, lr, t, mu=0.9):
    s["v"] = mu * s.get("v", 0.0) - lr * dx
    return x + s["v"]


def lecture_nesterov(x, dx, s, lr, t, rho=0.9):
    old = s.get("v", 0.0 * x)
    s["v"] = rho * old - lr * dx
    return x + (-rho * old + (1 + rho) * s["v"])


def lecture_adagrad(x, dx, s, lr, t):
    s["cache"] = s.get("cache", 0.0) + dx**2
    return x - lr * dx / (np.sqrt(s["cache"]) + 1e-7)


def lecture_rmsprop(x, dx, s, lr, t, decay=0.99):
    s["cache"] = decay * s.get("cache", 0.0) + (1 - decay) * dx**2
    return x - lr * dx / (np.sqrt(s["cache"]) + 1e-7)


def lecture_adam(x, dx, s, lr, t, beta1=0.9, beta2=0.999, corrected=True):
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * dx
    s["v"] = beta2 * s.get("v", 0.0) + (1 - beta2) * dx * dx
    m, v = s["m"], s["v"]
    if corrected:
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m / (np.sqrt(v) + 1e-7)


# --- cases ----------------------------------------------------------------------------------------

cases = []


def run(reference, gradient, start, perturbation=0.0):
    random = np.random.default_rng(1)
    reference.start(start)
    x, path = list(start), []
    for t in range(STEPS):
        x = reference.step(x, gradient(*x), t)
        x = [float(v * (1 + perturbation * random.uniform(-1, 1))) for v in x]
        if t + 1 in SAMPLES:
            path.append(x)
    return path


def add(selection, settings, reference, problems, schedules=()):
    """One case for each problem; `selection` is the lab's name, with its preset."""
    for problem in problems.split():
        gradient, start = PROBLEMS[problem]
        points = run(reference, gradient, start)
        assert np.all(np.isfinite(points)), (reference.text, problem, "diverges")
        moved = np.array(run(reference, gradient, start, PERTURBATION)) - np.array(points)
        size = np.max(np.abs(points), axis=1)
        amplification = float(np.max(np.max(np.abs(moved), axis=1) / size) / PERTURBATION)
        if amplification > LARGEST_AMPLIFICATION:
            sys.exit(f"{reference.text} on {problem}: amplification {amplification:.0f}")
        cases.append({
            "optimizer": selection,
            "settings": {k: text(v) for k, v in settings.items()},
            "schedules": [
                {"hyperparameter": h, "name": n, "settings": {k: text(v) for k, v in s.items()}}
                for h, n, s in schedules
            ],
            "reference": reference.text,
            "problem": problem,
            "start": start,
            "amplification": round(amplification, 1),
            "points": points,
        })


def text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


EVERYWHERE = "rosenbrock quadratic beale himmelblau"


def torch_cosine(optimizer):
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)


def torch_step(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, 250, 0.5)


def torch_exponential(optimizer):
    return torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.998)


def cosine(rate):
    return optax.cosine_decay_schedule(rate, STEPS)


COSINE = [("lr", "cosine", {})]
STEP = [("lr", "step", {"every": 250, "gamma": 0.5})]
EXPONENTIAL = [("lr", "exponential", {"gamma": 0.998})]
INVERSE = [("lr", "inverse-time", {"k": 0.01})]
RAMP = [("momentum", "ramp", {})]


def inverse(rate):
    return lambda t: rate / (1 + 0.01 * t)


# sgd
for lr in (1e-3, 3e-4):
    add("sgd", {"lr": lr}, Torch("SGD", lr=lr), EVERYWHERE)
add("sgd@torch", {}, Torch("SGD"), EVERYWHERE)
add("sgd", {"lr": 1e-3, "weightDecay": 0.1}, Torch("SGD", lr=1e-3, weight_decay=0.1), EVERYWHERE)
add("sgd", {"lr": 2e-3}, Torch("SGD", torch_cosine, lr=2e-3), "rosenbrock quadratic", COSINE)
add("sgd", {"lr": 2e-3}, Torch("SGD", torch_step, lr=2e-3), "rosenbrock quadratic", STEP)
add("sgd@optax", {"lr": 1e-3}, Optax("optax.sgd(1e-3)", optax.sgd(1e-3)), EVERYWHERE)
add("sgd@optax", {"lr": 1e-3}, Optax("optax.sgd(cosine(1e-3))", optax.sgd(cosine(1e-3))),
    EVERYWHERE, COSINE)
add("sgd@cs231n", {"lr": 1e-3},
    Lecture("x -= lr * dx, 1/t", lambda x, dx, s, lr, t: x - lr * dx, inverse(1e-3)),
    EVERYWHERE, INVERSE)

# momentum
for mu in (0.9, 0.5):
    add("momentum", {"lr": 3e-4, "momentum": mu}, Torch("SGD", lr=3e-4, momentum=mu), EVERYWHERE)
add("momentum@torch", {"lr": 3e-4, "dampening": 0.3, "weightDecay": 0.05},
    Torch("SGD", lr=3e-4, momentum=0.9, dampening=0.3, weight_decay=0.05), EVERYWHERE)
add("momentum@torch", {"lr": 5e-4}, Torch("SGD", torch_exponential, lr=5e-4, momentum=0.9),
    EVERYWHERE, EXPONENTIAL)
ramp = optax.linear_schedule(0.5, 0.99, STEPS)
add("momentum@torch", {"lr": 1e-4}, Torch("SGD", vary={"momentum": ramp}, lr=1e-4, momentum=0.9),
    EVERYWHERE, RAMP)
add("momentum@optax", {"lr": 3e-4, "momentum": 0.8},
    Optax("optax.sgd(3e-4, 0.8)", optax.sgd(3e-4, 0.8)), EVERYWHERE)
add("momentum@cs231n", {"lr": 3e-4}, Lecture("v = mu * v - lr * dx; x += v", lecture_momentum, 3e-4),
    EVERYWHERE)
add("momentum@cs231n", {"lr": 5e-4},
    Lecture("v = mu * v - lr * dx; x += v, 1/t", lecture_momentum, inverse(5e-4)),
    EVERYWHERE, INVERSE)

# nesterov
for mu in (0.9, 0.6):
    add("nesterov", {"lr": 3e-4, "momentum": mu},
        Torch("SGD", lr=3e-4, momentum=mu, nesterov=True), EVERYWHERE)
add("nesterov@torch", {"lr": 3e-4, "weightDecay": 0.05},
    Torch("SGD", torch_cosine, lr=3e-4, momentum=0.9, nesterov=True, weight_decay=0.05),
    EVERYWHERE, COSINE)
add("nesterov@optax", {"lr": 3e-4},
    Optax("optax.sgd(3e-4, 0.9, nesterov=True)", optax.sgd(3e-4, 0.9, nesterov=True)), EVERYWHERE)
add("nesterov@cs231n", {"lr": 3e-4},
    Lecture("v = rho * v - lr * dx; x += v + rho * (v - old)", lecture_nesterov, 3e-4), EVERYWHERE)
add("nesterov@cs231n", {"lr": 5e-4},
    Lecture("v = rho * v - lr * dx; x += v + rho * (v - old), 1/t", lecture_nesterov,
            inverse(5e-4)),
    EVERYWHERE, INVERSE)

# adagrad
add("adagrad", {"lr": 0.3}, Torch("Adagrad", lr=0.3), EVERYWHERE)
add("adagrad@torch", {}, Torch("Adagrad"), EVERYWHERE)
add("adagrad@torch", {"lr": 0.5, "lrDecay": 0.01, "weightDecay": 0.01, "initialAccumulator": 0.2},
    Torch("Adagrad", lr=0.5, lr_decay=0.01, weight_decay=0.01, initial_accumulator_value=0.2),
    EVERYWHERE)
add("adagrad@optax", {"lr": 0.3}, Optax("optax.adagrad(0.3)", optax.adagrad(0.3)), EVERYWHERE)
add("adagrad@optax", {"lr": 0.3, "epsilon": 0.01, "initialAccumulator": 0},
    Optax("optax.adagrad(cosine(0.3), 0, 0.01)", optax.adagrad(cosine(0.3), 0.0, 0.01)),
    EVERYWHERE, COSINE)
add("adagrad@cs231n", {"lr": 0.1},
    Lecture("x -= lr * dx / (sqrt(cache) + 1e-7)", lecture_adagrad, 0.1), EVERYWHERE)

# rmsprop
add("rmsprop", {"lr": 1e-3}, Torch("RMSprop", lr=1e-3), EVERYWHERE)
add("rmsprop@torch", {"lr": 1e-3, "decay": 0.95, "epsilon": 1e-3, "weightDecay": 0.05},
    Torch("RMSprop", torch_cosine, lr=1e-3, alpha=0.95, eps=1e-3, weight_decay=0.05),
    "quadratic beale himmelblau", COSINE)
add("rmsprop@torch", {"lr": 5e-4, "momentum": 0.8},
    Torch("RMSprop", torch_exponential, lr=5e-4, momentum=0.8), EVERYWHERE, EXPONENTIAL)
add("rmsprop@torch", {"lr": 5e-4, "centered": True, "epsilon": 1e-2},
    Torch("RMSprop", lr=5e-4, centered=True, eps=1e-2), EVERYWHERE)
add("rmsprop@optax", {"lr": 2e-4}, Optax("optax.rmsprop(2e-4)", optax.rmsprop(2e-4)),
    "quadratic beale himmelblau")
add("rmsprop@optax", {"lr": 1e-3, "epsilon": 1.0}, Optax("optax.rmsprop(1e-3, eps=1)",
    optax.rmsprop(1e-3, eps=1.0)), EVERYWHERE)
add("rmsprop@optax", {"lr": 5e-4, "momentum": 0.7, "decay": 0.95, "epsilon": 1e-4},
    Optax("optax.rmsprop(cosine(5e-4), 0.95, 1e-4, momentum=0.7)",
          optax.rmsprop(cosine(5e-4), 0.95, 1e-4, momentum=0.7)),
    "quadratic beale himmelblau", COSINE)
add("rmsprop@optax", {"lr": 5e-4, "centered": True, "epsilon": 1e-2},
    Optax("optax.rmsprop(5e-4, eps=1e-2, centered=True)",
          optax.rmsprop(5e-4, eps=1e-2, centered=True)), "quadratic beale himmelblau")
add("rmsprop@cs231n", {"lr": 1e-3},
    Lecture("x -= lr * dx / (sqrt(cache) + 1e-7)", lecture_rmsprop, 1e-3), EVERYWHERE)

# adam
for lr in (1e-2, 1e-3):
    add("adam", {"lr": lr}, Torch("Adam", lr=lr), EVERYWHERE)
add("adam@torch", {}, Torch("Adam"), EVERYWHERE)
add("adam@torch", {"lr": 5e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4, "weightDecay": 0.05},
    Torch("Adam", lr=5e-3, betas=(0.8, 0.99), eps=1e-4, weight_decay=0.05), EVERYWHERE)
add("adam@torch", {"lr": 5e-3, "amsgrad": True}, Torch("Adam", lr=5e-3, amsgrad=True), EVERYWHERE)
add("adam@torch", {"lr": 1e-2}, Torch("Adam", torch_cosine, lr=1e-2), EVERYWHERE, COSINE)
add("adam@optax", {"lr": 5e-3}, Optax("optax.adam(5e-3)", optax.adam(5e-3)), EVERYWHERE)
add("adam@optax", {"lr": 5e-3, "epsilonRoot": 1e-3, "beta1": 0.0},
    Optax("optax.adam(cosine(5e-3), 0, eps_root=1e-3)",
          optax.adam(cosine(5e-3), 0.0, eps_root=1e-3)), EVERYWHERE, COSINE)
add("adam@cs231n", {"lr": 5e-3},
    Lecture("x -= lr * m_hat / (sqrt(v_hat) + 1e-7)", lecture_adam, 5e-3), EVERYWHERE)
add("adam@cs231n-uncorrected", {"lr": 1e-3},
    Lecture("x -= lr * m / (sqrt(v) + 1e-7)",
            lambda *a: lecture_adam(*a, corrected=False), 1e-3), EVERYWHERE)

# adamw
add("adamw@torch", {}, Torch("AdamW"), EVERYWHERE)
add("adamw", {"lr": 1e-2, "weightDecay": 0.1}, Torch("AdamW", lr=1e-2, weight_decay=0.1),
    EVERYWHERE)
add("adamw@torch", {"lr": 5e-3, "amsgrad": True},
    Torch("AdamW", torch_step, lr=5e-3, amsgrad=True), EVERYWHERE, STEP)
add("adamw@optax", {"lr": 5e-3}, Optax("optax.adamw(5e-3)", optax.adamw(5e-3)), EVERYWHERE)
add("adamw@optax", {"lr": 1e-2, "weightDecay": 0.05, "epsilonRoot": 1e-6},
    Optax("optax.adamw(cosine(1e-2), weight_decay=0.05, eps_root=1e-6)",
          optax.adamw(cosine(1e-2), weight_decay=0.05, eps_root=1e-6)), EVERYWHERE, COSINE)

# --- files ----------------------------------------------------------------------------------------


def write(name, head, rows):
    """One row a line: small changes make small diffs."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, "w", encoding="utf-8") as file:
        body = ",\n".join(json.dumps(row) for row in rows)
        file.write(f'{{"versions": {json.dumps(VERSIONS)},\n{head}"cases": [\n{body}\n]}}\n')
    print(f"{name}: {len(rows)} cases, {os.path.getsize(path)} bytes")


write("optimizers.json", f'"samples": {json.dumps(SAMPLES)},\n', cases)
