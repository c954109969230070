"""Golden data for wrappers, matrix methods and L-BFGS: what their references compute, step by step.

    python3 -m venv references
    references/bin/pip install torch==2.15.0 jax==0.10.2 optax==0.2.8 numpy==2.4.6 \\
        pytorch_optimizer==4.1.0
    references/bin/python Tests/References/wrappers.py

writes wrappers.json beside this file. Everything is in double precision. Losses and gradients are
written out with the operations in the order of the Swift test surfaces, so that what is compared is
the update alone. What no library offers in double precision is transcribed below: davda54/sam in
NumPy; torch's Muon runs its iterations in bfloat16, and its own source is compiled here without
that cast.

Each case carries its amplification A, as in generate.py: a perturbation of every step by the relative
amount e moves the sampled points by A e at most, and cases with A above 2000 are refused.
"""

import inspect
import json
import os
import sys

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import torch
import torch.optim._muon as torch_muon

VERSIONS = {"torch": "2.15.0", "jax": "0.10.2", "optax": "0.2.8", "pytorch_optimizer": "4.1.0"}
from importlib.metadata import version

for name, expected in VERSIONS.items():
    found = version(name).split("+")[0]
    if found != expected:
        sys.exit(f"{name} {expected} is needed, not {found}")

PERTURBATION = 2.0**-36
LARGEST_AMPLIFICATION = 2000
SAMPLES = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500]

# --- problems: start, loss and gradient -----------------------------------------------------------


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


PROBLEMS = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0]),
    "quadratic": (quadratic, [-1.0, 1.5]),
    "beale": (beale, [1.0, 1.0]),
    "himmelblau": (himmelblau, [-0.5, 0.5]),
}

# --- references: each has step(x, evaluate) -> x, and maybe judged(x) and the evaluations asked ---


class Torch:
    """An optimizer of torch or pytorch_optimizer; `before` may change the gradient."""

    evaluations = None

    def __init__(self, text, make, before=None, judged=None):
        self.text, self.make, self.before = text, make, before
        self.how = judged

    def start(self, x):
        self.x = torch.tensor(x, dtype=torch.float64)
        self.optimizer = self.make(self.x)
        if hasattr(self.optimizer, "train"):
            self.optimizer.train()

    def step(self, x, evaluate):
        self.x.data.copy_(torch.tensor(x, dtype=torch.float64))
        self.x.grad = torch.tensor(evaluate(x)[1], dtype=torch.float64)
        if self.before:
            self.before(self.x)
        self.optimizer.step()
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
    """An optax transformation."""

    def __init__(self, text, transformation, judged=None):
        self.text, self.transformation, self.how = text, transformation, judged

        def update(x, g, state):
            updates, state = transformation.update(g, state, x)
            return optax.apply_updates(x, updates), state

        self.update = jax.jit(update)

    def start(self, x):
        self.state = self.transformation.init(np.array(x))

    def step(self, x, evaluate):
        x, self.state = self.update(np.array(x), np.array(evaluate(x)[1]), self.state)
        return [float(value) for value in x]

    def judged(self, x):
        return [float(v) for v in self.how(self.state, np.array(x))] if self.how else None


class OptaxLookahead:
    def __init__(self, text, transformation):
        self.text, self.transformation = text, transformation

    def start(self, x):
        self.params = optax.LookaheadParams.init_synced(np.array(x))
        self.state = self.transformation.init(self.params)

    def step(self, x, evaluate):
        params = optax.LookaheadParams(fast=np.array(x), slow=self.params.slow)
        updates, self.state = self.transformation.update(
            np.array(evaluate(x)[1]), self.state, params)
        self.params = optax.apply_updates(params, updates)
        return [float(v) for v in self.params.fast]

    def judged(self, x):
        return [float(v) for v in self.params.slow]


class OptaxSAM:
    """optax.contrib.sam; the perturbed gradient is asked for within the step."""

    def __init__(self, text, base, rho):
        # The wrapper goes against the adversary's updates, and so uphill.
        adversary = optax.chain(optax.contrib.normalize(), optax.sgd(rho))
        self.text = text
        self.transformation = optax.contrib.sam(base, adversary, sync_period=2, opaque_mode=True)

    def start(self, x):
        self.state = self.transformation.init(np.array(x))

    def step(self, x, evaluate):
        x = np.array(x)
        updates, self.state = self.transformation.update(
            np.array(evaluate(x)[1]), self.state, x,
            grad_fn=lambda p, _: np.array(evaluate([float(v) for v in p])[1]))
        return [float(v) for v in optax.apply_updates(x, updates)]

    def judged(self, x):
        return None


class SAM:
    """davda54/sam (first_step, second_step) around a torch optimizer, in double precision."""

    def __init__(self, text, make, rho, adaptive=False, epsilon=1e-12):
        self.text, self.make, self.rho = text, make, rho
        self.adaptive, self.epsilon = adaptive, epsilon

    def start(self, x):
        self.x = torch.tensor(x, dtype=torch.float64)
        self.optimizer = self.make(self.x)

    def step(self, x, evaluate):
        p = np.array(x)
        g = np.array(evaluate(x)[1])
        norm = np.linalg.norm((np.abs(p) if self.adaptive else 1.0) * g)
        scale = self.rho / (norm + self.epsilon)
        near = p + (p**2 if self.adaptive else 1.0) * g * scale
        self.x.data.copy_(torch.tensor(x, dtype=torch.float64))
        self.x.grad = torch.tensor(evaluate([float(v) for v in near])[1], dtype=torch.float64)
        self.optimizer.step()
        return self.x.tolist()

    def judged(self, x):
        return None


class LBFGS:
    def __init__(self, text, **arguments):
        self.text, self.arguments = text, arguments

    def start(self, x):
        self.x = torch.tensor(x, dtype=torch.float64)
        self.optimizer = torch.optim.LBFGS([self.x], **self.arguments)
        self.evaluations = []

    def step(self, x, evaluate):
        self.x.data.copy_(torch.tensor(x, dtype=torch.float64))
        count = 0

        def closure():
            nonlocal count
            count += 1
            loss, g = evaluate(self.x.tolist())
            self.x.grad = torch.tensor(g, dtype=torch.float64)
            return loss

        self.optimizer.step(closure)
        self.evaluations.append(count)
        return self.x.tolist()

    def judged(self, x):
        return None


# --- cases ----------------------------------------------------------------------------------------

cases = []


def run(reference, evaluate, start, samples, perturbation=0.0):
    random = np.random.default_rng(1)
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


def text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def term(name, settings=None, inner=None):
    """An optimizer as the lab is asked for it; `name` may carry a preset."""
    term = {"name": name, "settings": {k: text(v) for k, v in (settings or {}).items()}}
    if inner:
        term["inner"] = inner
    return term


def add(optimizer, reference, problems, samples=SAMPLES, least=None):
    """One case for each problem; from `least` samples on, it may end where A passes its limit."""
    for problem in problems.split():
        evaluate, start = PROBLEMS[problem]
        points, judged = run(reference, evaluate, start, samples)
        evaluations = list(reference.evaluations) if getattr(reference, "evaluations", None) else None
        assert np.all(np.isfinite(points)), (reference.text, problem, "diverges")
        moved = np.array(run(reference, evaluate, start, samples, PERTURBATION)[0])
        size = np.max(np.abs(points), axis=1)
        gap = np.max(np.abs(moved - np.array(points)), axis=1)
        growth = np.maximum.accumulate(gap / size) / PERTURBATION
        kept = int(np.sum(growth <= LARGEST_AMPLIFICATION))
        if kept < (least or len(samples)):
            sys.exit(f"{reference.text} on {problem}: amplification {growth}")
        case = {
            "optimizer": optimizer, "reference": reference.text, "problem": problem,
            "start": start, "samples": samples[:kept],
            "amplification": round(float(growth[kept - 1]), 1), "points": points[:kept],
        }
        if judged[0] is not None:
            case["judged"] = judged[:kept]
        if evaluations is not None:
            case["evaluations"] = evaluations[:samples[kept - 1]]
        cases.append(case)


EVERYWHERE = "rosenbrock quadratic beale himmelblau"


def sgd(lr, **arguments):
    return lambda x: torch.optim.SGD([x], lr=lr, **arguments)


def adam(lr, **arguments):
    return lambda x: torch.optim.Adam([x], lr=lr, **arguments)


# clip
def clip(norm):
    return lambda x: torch.nn.utils.clip_grad_norm_([x], norm)


for norm in (1.0, 30.0):
    add(term("clip", {"norm": norm}, term("momentum", {"lr": 1e-3, "momentum": 0.5})),
        Torch(f"clip_grad_norm_({norm}), SGD(1e-3, 0.5)", sgd(1e-3, momentum=0.5), clip(norm)),
        EVERYWHERE)
add(term("clip@torch", {"norm": 5.0}, term("adam", {"lr": 5e-3})),
    Torch("clip_grad_norm_(5), Adam(5e-3)", adam(5e-3), clip(5.0)), EVERYWHERE)
add(term("clip@optax", {"norm": 10.0}, term("sgd", {"lr": 1e-3})),
    Optax("chain(clip_by_global_norm(10), sgd(1e-3))",
          optax.chain(optax.clip_by_global_norm(10.0), optax.sgd(1e-3))), EVERYWHERE)
add(term("clip@optax", {"norm": 2.0}, term("adam@optax", {"lr": 5e-3})),
    Optax("chain(clip_by_global_norm(2), adam(5e-3))",
          optax.chain(optax.clip_by_global_norm(2.0), optax.adam(5e-3))), EVERYWHERE)

# lookahead
for k, alpha in ((5, 0.5), (3, 0.8)):
    add(term("lookahead", {"k": k, "alpha": alpha}, term("momentum", {"lr": 3e-4})),
        Torch(f"pytorch_optimizer.Lookahead({k}, {alpha}), SGD(3e-4, 0.9)",
              lambda x, k=k, alpha=alpha: pytorch_optimizer.Lookahead(
                  torch.optim.SGD([x], lr=3e-4, momentum=0.9), k=k, alpha=alpha)), EVERYWHERE)
add(term("lookahead@pytorch-optimizer", {}, term("adam", {"lr": 5e-3})),
    Torch("pytorch_optimizer.Lookahead, Adam(5e-3)",
          lambda x: pytorch_optimizer.Lookahead(torch.optim.Adam([x], lr=5e-3))), EVERYWHERE)
add(term("lookahead@optax", {"k": 4, "alpha": 0.7}, term("sgd", {"lr": 1e-3})),
    OptaxLookahead("optax.lookahead(sgd(1e-3), 4, 0.7)",
                   optax.lookahead(optax.sgd(1e-3), 4, 0.7)), EVERYWHERE)

# sam: near the floor of a valley it goes from side to side, and its path becomes chaotic
for rho in (0.05, 0.01):
    add(term("sam", {"rho": rho}, term("momentum", {"lr": 3e-4})),
        SAM(f"davda54/sam({rho}), SGD(3e-4, 0.9)", sgd(3e-4, momentum=0.9), rho),
        "rosenbrock quadratic", least=5)
add(term("sam@davda54", {}, term("adam", {"lr": 5e-3})),
    SAM("davda54/sam, Adam(5e-3)", adam(5e-3), 0.05), EVERYWHERE, least=5)
add(term("sam@asam", {"rho": 0.1}, term("sgd", {"lr": 1e-3})),
    SAM("davda54/sam(0.1, adaptive)", sgd(1e-3), 0.1, adaptive=True), EVERYWHERE, least=5)
add(term("sam@optax", {"rho": 0.02}, term("sgd", {"lr": 1e-3})),
    OptaxSAM("optax.contrib.sam(sgd(1e-3), 0.02)", optax.sgd(1e-3), 0.02), EVERYWHERE, least=5)

# schedule-free
for r, power in ((0.0, 2.0), (1.5, 1.0)):
    add(term("schedule-free", {"r": r, "weightPower": power}, term("sgd", {"lr": 1e-3})),
        Torch(f"pytorch_optimizer.ScheduleFreeSGD(1e-3, r={r}, weight_lr_power={power})",
              lambda x, r=r, power=power: pytorch_optimizer.ScheduleFreeSGD(
                  [x], lr=1e-3, r=r, weight_lr_power=power), judged="eval"), EVERYWHERE)
add(term("schedule-free@facebook", {"beta": 0.95}, term("adam", {"lr": 1e-2, "beta1": 0})),
    Torch("pytorch_optimizer.ScheduleFreeAdamW(1e-2, (0.95, 0.999))",
          lambda x: pytorch_optimizer.ScheduleFreeAdamW([x], lr=1e-2, betas=(0.95, 0.999)),
          judged="eval"), EVERYWHERE)
add(term("schedule-free@optax", {}, term("sgd", {"lr": 1e-3})),
    Optax("optax.contrib.schedule_free_sgd(1e-3)", optax.contrib.schedule_free_sgd(1e-3),
          optax.contrib.schedule_free_eval_params), EVERYWHERE)
add(term("schedule-free@optax", {"beta": 0.8}, term("adam@optax", {"lr": 5e-3, "beta1": 0})),
    Optax("optax.contrib.schedule_free_adamw(5e-3, b1=0.8)",
          optax.contrib.schedule_free_adamw(5e-3, b1=0.8),
          optax.contrib.schedule_free_eval_params), EVERYWHERE)

# nested
class Nested:
    text = "Lookahead(3) of SAM(0.02) of clip_grad_norm_(20) of SGD(3e-4, 0.9)"

    def start(self, x):
        self.x = torch.tensor(x, dtype=torch.float64)
        self.optimizer = pytorch_optimizer.Lookahead(
            torch.optim.SGD([self.x], lr=3e-4, momentum=0.9), k=3)

    def step(self, x, evaluate):
        g = np.array(evaluate(x)[1])
        near = np.array(x) + g * (0.02 / (np.linalg.norm(g) + 1e-12))
        self.x.data.copy_(torch.tensor(x, dtype=torch.float64))
        self.x.grad = torch.tensor(evaluate([float(v) for v in near])[1], dtype=torch.float64)
        torch.nn.utils.clip_grad_norm_([self.x], 20.0)
        self.optimizer.step()
        return self.x.tolist()

    def judged(self, x):
        return None


add(term("lookahead", {"k": 3}, term("sam", {"rho": 0.02}, term(
        "clip", {"norm": 20.0}, term("momentum", {"lr": 3e-4})))),
    Nested(), "rosenbrock quadratic", least=5)

# lbfgs: few steps, since each is a whole search; a search multiplies a disturbance
SEARCHES = [1, 2, 3, 4, 5, 6, 7, 8]
add(term("lbfgs@torch-wolfe", {"iterations": 1, "evaluations": 26}),
    LBFGS("LBFGS(max_iter=1, max_eval=26, strong_wolfe)", max_iter=1, max_eval=26,
          line_search_fn="strong_wolfe"), "rosenbrock quadratic himmelblau",
    list(range(1, 31)), least=6)
add(term("lbfgs@torch-wolfe", {"iterations": 4}),
    LBFGS("LBFGS(max_iter=4, strong_wolfe)", max_iter=4, line_search_fn="strong_wolfe"),
    "rosenbrock quadratic himmelblau beale", SEARCHES, least=1)
add(term("lbfgs@torch-wolfe", {"lr": 0.5, "iterations": 3, "history": 2}),
    LBFGS("LBFGS(0.5, max_iter=3, history_size=2, strong_wolfe)", lr=0.5, max_iter=3,
          history_size=2, line_search_fn="strong_wolfe"), "rosenbrock quadratic himmelblau",
    SEARCHES, least=1)
add(term("lbfgs@torch-wolfe"),
    LBFGS("LBFGS(line_search_fn='strong_wolfe')", line_search_fn="strong_wolfe"),
    "rosenbrock quadratic himmelblau beale", [1, 2, 3], least=1)
add(term("lbfgs@torch", {"lr": 0.1}), LBFGS("LBFGS(0.1)", lr=0.1),
    "quadratic himmelblau", [1, 2, 3], least=1)
add(term("lbfgs@torch", {"lr": 0.05, "iterations": 5, "history": 3}),
    LBFGS("LBFGS(0.05, max_iter=5, history_size=3)", lr=0.05, max_iter=5, history_size=3),
    "quadratic himmelblau rosenbrock", SEARCHES, least=1)

# --- muon: matrices -------------------------------------------------------------------------------

source = inspect.getsource(torch_muon._zeropower_via_newtonschulz)
cast = "grad.to(dtype=torch.bfloat16, copy=True)"
assert source.count(cast) == 1
exec(source.replace(cast, "grad.clone()"), torch_muon.__dict__)

MATRIX_SAMPLES = [1, 2, 3, 5, 10, 20, 50]
matrices = []


def added_norm_muon(x, g, s, lr, momentum=0.95, weight_decay=0.0):
    """KellerJordan/Muon: muon_update and the step after it, without the cast to bfloat16."""
    momentum_buffer = s.setdefault("m", torch.zeros_like(g))
    momentum_buffer.lerp_(g, 1 - momentum)
    update = g.lerp(momentum_buffer, momentum)
    a, b, c = (3.4445, -4.7750, 2.0315)
    X = update
    if update.size(-2) > update.size(-1):
        X = X.mT
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        A = X @ X.mT
        B = b * A + c * A @ A
        X = a * X + B @ X
    if update.size(-2) > update.size(-1):
        X = X.mT
    X = X * max(1, g.size(-2) / g.size(-1)) ** 0.5
    x.mul_(1 - lr * weight_decay)
    x.add_(X, alpha=-lr)


def muon_case(optimizer, reference, shape, make):
    """f(X) = 1/2 ||X - T||^2 + 1/4 (sum of X)^2, from zero; T of standard normal numbers."""
    random = np.random.default_rng(sum(shape) + len(reference))
    target = np.round(random.standard_normal(shape) * 1024) / 1024

    def go(perturbation=0.0):
        noise = np.random.default_rng(1)
        x = torch.full(shape, 0.125, dtype=torch.float64)
        step = make(x)
        path = []
        for t in range(MATRIX_SAMPLES[-1]):
            g = (x - torch.tensor(target)) + 0.5 * x.sum()
            step(x, g)
            x.mul_(torch.tensor(1 + perturbation * noise.uniform(-1, 1, shape)))
            if t + 1 in MATRIX_SAMPLES:
                path.append(x.flatten().tolist())
        return np.array(path)

    points = go()
    moved = go(PERTURBATION)
    size = np.max(np.abs(points), axis=1)
    amplification = float(np.max(np.max(np.abs(moved - points), axis=1) / size) / PERTURBATION)
    if amplification > 1e5:
        sys.exit(f"{reference} {shape}: amplification {amplification:.0f}")
    matrices.append({
        "optimizer": optimizer, "reference": reference, "shape": list(shape),
        "target": target.flatten().tolist(), "samples": MATRIX_SAMPLES,
        "amplification": round(amplification, 1), "points": points.tolist(),
    })


def torch_muon_step(**arguments):
    def make(x):
        optimizer = torch.optim.Muon([x], **arguments)

        def step(x, g):
            x.grad = g
            optimizer.step()

        return step

    return make


def keller_step(lr):
    def make(x):
        state = {}
        return lambda x, g: added_norm_muon(x, g, state, lr)

    return make


for shape in ((4, 4), (6, 3), (3, 7)):
    muon_case(term("muon@torch", {"lr": 0.02}), "torch.optim.Muon(0.02)", shape,
              torch_muon_step(lr=0.02))
    muon_case(term("muon@keller", {"last": True}), "KellerJordan/Muon", shape, keller_step(0.02))
muon_case(term("muon", {"lr": 0.01, "scaling": "match-rms-adamw", "nesterov": False,
                        "weightDecay": 0.3, "momentum": 0.8, "iterations": 3}),
          "torch.optim.Muon(0.01, match_rms_adamw, no Nesterov, ns_steps=3)", (5, 3),
          torch_muon_step(lr=0.01, adjust_lr_fn="match_rms_adamw", nesterov=False,
                          weight_decay=0.3, momentum=0.8, ns_steps=3))
muon_case(term("muon", {"lr": 0.01, "scaling": "spectral-unclamped"}),
          "torch.optim.Muon(0.01, spectral_unclamped)", (3, 5),
          torch_muon_step(lr=0.01, adjust_lr_fn="spectral_unclamped"))

# --- writing --------------------------------------------------------------------------------------



def rows(list):
    """One row a line: small changes make small diffs."""
    return ",\n".join(json.dumps(row) for row in list)


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrappers.json")
with open(path, "w", encoding="utf-8") as file:
    file.write(
        f'{{"versions": {json.dumps(VERSIONS)},\n"cases": [\n{rows(cases)}\n],\n'
        f'"matrices": [\n{rows(matrices)}\n]}}\n')
print(f"wrappers.json: {len(cases)} cases and {len(matrices)} of matrices, "
      f"{os.path.getsize(path)} bytes")
