"""Golden data for wrappers, matrix methods and L-BFGS: what their references compute, step by step.

See golden.py for how to run this. What no library offers in double precision is transcribed below:
davda54/sam in NumPy; torch's Muon runs its iterations in bfloat16, and its own source is compiled here
without that cast.
"""

import inspect

import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import torch
import torch.optim._muon as torch_muon

from golden import EVERYWHERE, Golden, Optax, Torch, term, torch_steps

golden = Golden("wrappers")
add = golden.add


class OptaxLookahead:
    evaluations = None

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

    evaluations = None

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

    evaluations = None

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
    evaluations = None

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
    evaluations = None
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


def torch_muon(**arguments):
    return torch_steps(lambda tensors: torch.optim.Muon(tensors, **arguments))


def keller_muon(lr):
    def make(tensors):
        state = {}

        def step(gradients):
            added_norm_muon(tensors[0], gradients[0], state, lr)

        return step

    return make


for shape in ((4, 4), (6, 3), (3, 7)):
    golden.add_tensors(term("muon@torch", {"lr": 0.02}), "torch.optim.Muon(0.02)", shape,
                       torch_muon(lr=0.02))
    golden.add_tensors(term("muon@keller", {"last": True}), "KellerJordan/Muon", shape,
                       keller_muon(0.02))
golden.add_tensors(term("muon", {"lr": 0.01, "scaling": "match-rms-adamw", "nesterov": False,
                                 "weightDecay": 0.3, "momentum": 0.8, "iterations": 3}),
                   "torch.optim.Muon(0.01, match_rms_adamw, no Nesterov, ns_steps=3)", (5, 3),
                   torch_muon(lr=0.01, adjust_lr_fn="match_rms_adamw", nesterov=False,
                              weight_decay=0.3, momentum=0.8, ns_steps=3))
golden.add_tensors(term("muon", {"lr": 0.01, "scaling": "spectral-unclamped"}),
                   "torch.optim.Muon(0.01, spectral_unclamped)", (3, 5),
                   torch_muon(lr=0.01, adjust_lr_fn="spectral_unclamped"))

golden.write()
