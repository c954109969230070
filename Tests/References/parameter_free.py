"""Golden data for optimizers that find their learning rate on the way, or need none.

See golden.py for how to run this. DoG with its average, and LDoG, are transcribed from formll/dog;
Barzilai and Borwein's steps from their paper.
"""

import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import torch

from golden import Golden, Optax, Torch, Transcribed, optax_steps, term, torch_steps

golden = Golden("parameter_free")
SHAPES = [(4, 3), (3, 2, 2, 2), (5,)]
HALVED = [("lr", "step", {"gamma": 0.5, "every": 40})]
contrib = optax.contrib
# On himmelblau the estimate may grow until the path leaves the plane.
CALM = "rosenbrock quadratic beale"


def add(optimizer, reference, problems="rosenbrock quadratic beale himmelblau", least=4):
    """An estimate that has grown too far is what these methods live with: paths part early."""
    golden.add(optimizer, reference, problems, least=least)


def matched(optimizer, text, make, shapes=SHAPES, least=4):
    golden.add_tensors(optimizer, text, shapes, make, least=least)


def halved(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=40, gamma=0.5)


def drop(lr):
    """optax.exponential_decay(lr, 40, 0.5, staircase=True), in double precision."""
    return lambda step: lr * 0.5 ** jnp.asarray(step // 40, jnp.float64)


def global_norm(groups):
    """pytorch_optimizer's own rounds to single precision."""
    return sum((x.grad**2).sum() for group in groups for x in group["params"])


pytorch_optimizer.optimizer.dadapt.get_global_gradient_norm = global_norm


# --- Prodigy and D-Adaptation

add(term("prodigy"),
    Torch("pytorch_optimizer.Prodigy()", lambda x: pytorch_optimizer.Prodigy([x])))
add(term("prodigy@author", {"d0": 1e-3, "beta1": 0.8, "beta2": 0.99, "beta3": 0.9, "epsilon": 1e-3,
                            "coefficient": 0.5, "weightDecay": 0.1, "safeguardWarmup": True},
         schedules=HALVED),
    Torch("pytorch_optimizer.Prodigy(d0 1e-3, (0.8, 0.99), 0.9, d_coef 0.5, decay 0.1, safeguard)",
          lambda x: pytorch_optimizer.Prodigy(
              [x], betas=(0.8, 0.99), beta3=0.9, d0=1e-3, d_coef=0.5, weight_decay=0.1, eps=1e-3,
              safeguard_warmup=True), schedule=halved))
add(term("prodigy@pytorch-optimizer", {"lr": 0.5, "d0": 1e-3, "biasCorrection": True}),
    Torch("pytorch_optimizer.Prodigy(0.5, d0 1e-3, bias_correction)",
          lambda x: pytorch_optimizer.Prodigy([x], lr=0.5, d0=1e-3, bias_correction=True)))
add(term("prodigy@optax", {"lr": 0.5, "weightDecay": 0.1, "d0": 1e-4}, schedules=HALVED),
    Optax("optax.contrib.prodigy of a schedule, d0 1e-4, decay 0.1",
          contrib.prodigy(drop(0.5), estim_lr0=1e-4, weight_decay=0.1)))
matched(term("prodigy", {"d0": 1e-3, "weightDecay": 0.1}), "pytorch_optimizer.Prodigy(d0 1e-3, decay 0.1)",
        torch_steps(lambda xs: pytorch_optimizer.Prodigy(xs, d0=1e-3, weight_decay=0.1)))

add(term("d-adaptation-adam"),
    Torch("pytorch_optimizer.DAdaptAdam()", lambda x: pytorch_optimizer.DAdaptAdam([x])))
add(term("d-adaptation-adam@author", {"d0": 1e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3,
                                      "weightDecay": 0.1}, schedules=HALVED),
    Torch("pytorch_optimizer.DAdaptAdam(d0 1e-3, (0.8, 0.99), eps 1e-3, decay 0.1) of a schedule",
          lambda x: pytorch_optimizer.DAdaptAdam([x], betas=(0.8, 0.99), d0=1e-3, eps=1e-3,
                                                 weight_decay=0.1), schedule=halved))
add(term("d-adaptation-adam@pytorch-optimizer", {"lr": 0.5, "d0": 1e-3, "decoupled": True,
                                                 "weightDecay": 0.1}),
    Torch("pytorch_optimizer.DAdaptAdam(0.5, d0 1e-3, decoupled decay 0.1)",
          lambda x: pytorch_optimizer.DAdaptAdam([x], lr=0.5, d0=1e-3, weight_decay=0.1,
                                                 weight_decouple=True)), CALM)
add(term("d-adaptation-adam@optax", {"lr": 0.5, "weightDecay": 0.1, "d0": 1e-4}, schedules=HALVED),
    Optax("optax.contrib.dadapt_adamw of a schedule, d0 1e-4, decay 0.1",
          contrib.dadapt_adamw(drop(0.5), estim_lr0=1e-4, weight_decay=0.1)))
matched(term("d-adaptation-adam", {"d0": 1e-3}), "pytorch_optimizer.DAdaptAdam(d0 1e-3)",
        torch_steps(lambda xs: pytorch_optimizer.DAdaptAdam(xs, d0=1e-3)))

add(term("d-adaptation-sgd"),
    Torch("pytorch_optimizer.DAdaptSGD()", lambda x: pytorch_optimizer.DAdaptSGD([x])), CALM)
add(term("d-adaptation-sgd@pytorch-optimizer", {"d0": 1e-3, "momentum": 0.7, "weightDecay": 0.1},
         schedules=HALVED),
    Torch("pytorch_optimizer.DAdaptSGD(0.7, d0 1e-3, decay 0.1) of a schedule",
          lambda x: pytorch_optimizer.DAdaptSGD([x], momentum=0.7, d0=1e-3, weight_decay=0.1),
          schedule=halved), CALM)
add(term("d-adaptation-sgd", {"lr": 0.5, "d0": 1e-3, "decoupled": True, "weightDecay": 0.1}),
    Torch("pytorch_optimizer.DAdaptSGD(0.5, d0 1e-3, decoupled decay 0.1)",
          lambda x: pytorch_optimizer.DAdaptSGD([x], lr=0.5, d0=1e-3, weight_decay=0.1,
                                                weight_decouple=True)))
matched(term("d-adaptation-sgd", {"d0": 1e-3}), "pytorch_optimizer.DAdaptSGD(d0 1e-3)",
        torch_steps(lambda xs: pytorch_optimizer.DAdaptSGD(xs, d0=1e-3)))

# --- DoG and DoWG


class AuthorDoG:
    """formll/dog, and its PolynomialDecayAverager."""

    evaluations = None

    def __init__(self, text, lr=1.0, reps=1e-6, eps=1e-8, decay=0.0, gamma=8.0):
        self.text, self.settings = text, (lr, reps, eps, decay, gamma)

    def start(self, x):
        self.x0 = self.average = np.array(x)
        self.t, self.rbar, self.G = 1, None, None

    def step(self, x, evaluate):
        lr, reps, eps, decay, gamma = self.settings
        x = np.array(x)
        g = np.array(evaluate(x.tolist())[1]) + decay * x
        if self.t == 1:
            self.rbar = reps * (1 + np.linalg.norm(self.x0))
            self.G = np.sum(g * g) + eps
        else:
            self.rbar = max(self.rbar, np.linalg.norm(x - self.x0))
            self.G += np.sum(g * g)
        x = x - lr * self.rbar / np.sqrt(self.G) * g
        share = (gamma + 1) / (gamma + self.t)
        self.average = self.average * (1 - share) + x * share
        self.t += 1
        return [float(v) for v in x]

    def judged(self, x):
        return [float(v) for v in self.average]


def layerwise_dog(reps, eps):
    """LDoG of formll/dog, for `add_tensors`."""

    def make(tensors):
        first = [x.clone() for x in tensors]
        state = {}

        def step(gradients):
            for k, (x, g) in enumerate(zip(tensors, gradients)):
                if k not in state:
                    state[k] = [reps * (1 + x.norm()), (g**2).sum() + eps]
                else:
                    state[k][0] = torch.maximum(state[k][0], torch.norm(x - first[k]))
                    state[k][1] = state[k][1] + (g**2).sum()
                x.sub_(state[k][0] / torch.sqrt(state[k][1]) * g)

        return step

    return make


add(term("dog"), AuthorDoG("formll/dog"))
add(term("dog@author", {"lr": 0.5, "start": 1e-3, "epsilon": 1, "weightDecay": 0.1, "gamma": 3}),
    AuthorDoG("formll/dog(0.5, 1e-3, eps 1, decay 0.1), average of gamma 3", 0.5, 1e-3, 1.0, 0.1, 3.0))
add(term("dog@optax", {"start": 1e-4, "epsilon": 1e-2, "weightDecay": 0.1}, schedules=HALVED),
    Optax("optax.contrib.dog of a schedule, 1e-4, eps 1e-2, decay 0.1",
          contrib.dog(drop(1.0), ("heuristic", 1e-4), 1e-2, 0.1)))
matched(term("dog@optax", {"start": 1e-3}), "optax.contrib.dog(1e-3)",
        optax_steps(contrib.dog(1.0, ("heuristic", 1e-3))))
matched(term("dog@layerwise", {"start": 1e-3, "epsilon": 1e-3}), "formll/dog LDoG(1e-3, eps 1e-3)",
        layerwise_dog(1e-3, 1e-3))
add(term("dowg"), Optax("optax.contrib.dowg()", contrib.dowg()))
add(term("dowg@optax", {"squaredStart": 1e-2, "epsilon": 0.5, "weightDecay": 0.1}, schedules=HALVED),
    Optax("optax.contrib.dowg of a schedule, 1e-2, eps 0.5, decay 0.1",
          contrib.dowg(drop(1.0), 1e-2, 0.5, 0.1)))
matched(term("dowg"), "optax.contrib.dowg()", optax_steps(contrib.dowg()))

# --- MoMo, Polyak: with the loss


def polyak(scaling, *most, **arguments):
    """optax.polyak_sgd with its scaling outside of the step, where its documentation has it: its
    code multiplies the gradient by it before the norm is taken."""
    return optax.chain(optax.polyak_sgd(*most, **arguments),
                       optax.scale_by_learning_rate(scaling, flip_sign=False))


add(term("momo", {"lr": 0.01}), Optax("optax.contrib.momo(0.01)", contrib.momo(0.01), value=True))
add(term("momo@optax", {"lr": 0.015625, "beta": 0.7, "lowerBound": -1, "weightDecay": 0.1},
         schedules=HALVED),
    Optax("optax.contrib.momo of a schedule, 0.7, bound -1, decay 0.1",
          contrib.momo(drop(0.015625), 0.7, -1.0, 0.1), value=True))
add(term("momo", {"lr": 1, "lowerBound": -100, "adaptLowerBound": True}),
    Optax("optax.contrib.momo(1, bound -100, adapted)",
          contrib.momo(1.0, lower_bound=-100.0, adapt_lower_bound=True), value=True), least=3)
add(term("momo", {"lr": 1e-3, "lowerBound": 1, "adaptLowerBound": True, "weightDecay": 0.1}),
    Optax("optax.contrib.momo(1e-3, bound 1, adapted)",
          contrib.momo(1e-3, lower_bound=1.0, adapt_lower_bound=True, weight_decay=0.1), value=True),
    least=3)
add(term("momo-adam", {"lr": 0.05}),
    Optax("optax.contrib.momo_adam(0.05)", contrib.momo_adam(0.05), value=True))
add(term("momo-adam@optax", {"lr": 0.125, "beta1": 0.7, "beta2": 0.95, "epsilon": 1e-3,
                             "lowerBound": -1, "weightDecay": 0.1}, schedules=HALVED),
    Optax("optax.contrib.momo_adam of a schedule, 0.7, 0.95, eps 1e-3, bound -1, decay 0.1",
          contrib.momo_adam(drop(0.125), 0.7, 0.95, 1e-3, -1.0, 0.1), value=True))
add(term("momo-adam", {"lr": 1, "lowerBound": -100, "adaptLowerBound": True}),
    Optax("optax.contrib.momo_adam(1, bound -100, adapted)",
          contrib.momo_adam(1.0, lower_bound=-100.0, adapt_lower_bound=True), value=True), least=3)
add(term("momo-adam", {"lr": 0.01, "lowerBound": 1, "adaptLowerBound": True, "weightDecay": 0.1}),
    Optax("optax.contrib.momo_adam(0.01, bound 1, adapted)",
          contrib.momo_adam(0.01, lower_bound=1.0, adapt_lower_bound=True, weight_decay=0.1),
          value=True), least=3)
add(term("polyak"), Optax("optax.polyak_sgd()", optax.polyak_sgd(), value=True), least=3)
add(term("polyak@optax", {"lr": 0.25, "largest": 0.01, "minimum": -1, "epsilon": 0.5},
         schedules=HALVED),
    Optax("optax.polyak_sgd(0.01, a schedule, -1, 0.5)",
          polyak(drop(0.25), 0.01, f_min=-1.0, eps=0.5), value=True), least=3)
add(term("polyak@sps-plus", {"minimum": 1, "lr": 0.5}),
    Optax("optax.polyak_sgd(f_min=1, scaling=0.5, variant='sps+')",
          polyak(0.5, f_min=1.0, variant="sps+"), value=True), least=3)
add(term("polyak@sps-max"),
    Optax("optax.polyak_sgd(0.5, 2), as SPS_max", polyak(2.0, 0.5), value=True), least=2)
add(term("polyak@classic", {"lr": 0.5}),
    Optax("optax.polyak_sgd(inf, 0.5)", polyak(0.5, np.inf), value=True), least=3)

# --- COCOB

add(term("cocob"), Optax("optax.contrib.cocob()", contrib.cocob()))
add(term("cocob@optax", {"kappa": 10, "epsilon": 50, "weightDecay": 0.1}),
    Optax("optax.contrib.cocob(1, 10, 50, 0.1)", contrib.cocob(1.0, 10.0, 50.0, 0.1)))
matched(term("cocob"), "optax.contrib.cocob()", optax_steps(contrib.cocob()))

# --- Barzilai and Borwein


def barzilai_borwein(length, first=1.0):
    def update(x, g, s, t, evaluate):
        if t == 1:
            s["alpha"] = first / np.linalg.norm(g)
        else:
            d, y = x - s["x"], g - s["g"]
            if d @ y > 0:
                long = length == "long" or (length == "alternating" and t % 2 == 0)
                s["alpha"] = (d @ d) / (d @ y) if long else (d @ y) / (y @ y)
            elif d @ d > 0 and y @ y > 0:
                s["alpha"] = np.sqrt((d @ d) / (y @ y))
        s["x"], s["g"] = x, g
        return x - s["alpha"] * g

    return update


for length in ("long", "short", "alternating"):
    add(term(f"barzilai-borwein@{length}"),
        Transcribed(f"Barzilai and Borwein 1988, {length}", barzilai_borwein(length)),
        "rosenbrock quadratic himmelblau", least=3)
add(term("barzilai-borwein", {"first": 0.125}),
    Transcribed("Barzilai and Borwein 1988, a first step of 1/8", barzilai_borwein("long", 0.125)),
    "rosenbrock beale himmelblau", least=3)

golden.write()
