"""Golden data for optimizers with a rate for each tensor, or for each neuron.

See golden.py for how to run this. AdamP and SGDP are transcribed from clovaai/AdamP where
pytorch_optimizer differs from it.
"""

import numpy as np
import optax
import pytorch_optimizer
import torch

from golden import Golden, Optax, Torch, optax_steps, term, torch_steps

golden = Golden("layerwise")
SHAPES = [(4, 3), (3, 2, 2, 2), (5,)]
HALVED = [("lr", "step", {"gamma": 0.5, "every": 40})]


def torch_halved(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=40, gamma=0.5)


def optax_halved(lr):
    """In single precision: `lr` is a power of 2."""
    return optax.exponential_decay(lr, 40, 0.5, staircase=True)


def add(optimizer, reference, least=5):
    """A rate in proportion to lengths and norms goes round the minimum, where paths part."""
    golden.add(optimizer, reference, least=least)


def matched(name, settings, make, text, shapes=SHAPES, least=5):
    golden.add_tensors(term(name, settings), text, shapes, make, least=least)


# --- LARS

add(term("lars", {"lr": 0.1}), Optax("optax.lars(0.1)", optax.lars(0.1)))
add(term("lars@optax", {"lr": 0.5, "momentum": 0.8, "trust": 0.01, "weightDecay": 0.3,
                        "epsilon": 0.02, "nesterov": True}),
    Optax("optax.lars(0.5, 0.3, trust_coefficient=0.01, eps=0.02, momentum=0.8, nesterov=True)",
          optax.lars(0.5, 0.3, trust_coefficient=0.01, eps=0.02, momentum=0.8, nesterov=True)))
add(term("lars", {"lr": 2}, schedules=HALVED),
    Optax("optax.lars of a schedule", optax.lars(optax_halved(2))))
matched("lars", {"lr": 20, "momentum": 0.7, "weightDecay": 0.1},
        optax_steps(optax.lars(20, 0.1, momentum=0.7)), "optax.lars(20, 0.1, momentum=0.7)")
matched("lars@pytorch-optimizer", {"lr": 0.05, "momentum": 0.7, "trust": 0.02, "weightDecay": 0.1},
        torch_steps(lambda xs: pytorch_optimizer.LARS(
            xs, lr=0.05, momentum=0.7, trust_coefficient=0.02, weight_decay=0.1)),
        "pytorch_optimizer.LARS(0.05, 0.7, trust 0.02, decay 0.1)")
matched("lars@pytorch-optimizer", {"lr": 0.03, "momentum": 0.8, "dampening": 0.25, "nesterov": True,
                                   "trust": 0.3},
        torch_steps(lambda xs: pytorch_optimizer.LARS(
            xs, lr=0.03, momentum=0.8, dampening=0.25, nesterov=True, trust_coefficient=0.3)),
        "pytorch_optimizer.LARS(0.03, 0.8, dampening 0.25, Nesterov)")
matched("lars@paper", {"lr": 2, "momentum": 0.7, "trust": 0.02, "weightDecay": 0.1},
        torch_steps(lambda xs: pytorch_optimizer.LARS(
            xs, lr=2.0, momentum=0.7, trust_coefficient=0.02, weight_decay=0.1)),
        "pytorch_optimizer.LARS(2, 0.7, trust 0.02, decay 0.1)", [(4, 3), (3, 2, 2, 2)])

# --- LAMB

add(term("lamb"), Optax("optax.lamb(1e-3)", optax.lamb(1e-3)))
add(term("lamb@optax", {"lr": 1e-2, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3,
                        "epsilonRoot": 1e-4, "weightDecay": 0.2}),
    Optax("optax.lamb(1e-2, 0.8, 0.95, 1e-3, 1e-4, 0.2)",
          optax.lamb(1e-2, 0.8, 0.95, 1e-3, 1e-4, 0.2)))
add(term("lamb", {"lr": 0.0625}, schedules=HALVED),
    Optax("optax.lamb of a schedule", optax.lamb(optax_halved(0.0625))))
add(term("lamb@pytorch-optimizer", {"lr": 2e-3, "beta1": 0.8, "beta2": 0.99, "weightDecay": 0.1}),
    Torch("pytorch_optimizer.Lamb(2e-3, (0.8, 0.99), decay 0.1)",
          lambda x: pytorch_optimizer.Lamb([x], lr=2e-3, betas=(0.8, 0.99), weight_decay=0.1)))
matched("lamb", {"lr": 0.02, "weightDecay": 0.1}, optax_steps(optax.lamb(0.02, weight_decay=0.1)),
        "optax.lamb(0.02, decay 0.1)")


class ShortLamb(pytorch_optimizer.Lamb):
    clamp = 0.375


matched("lamb@pytorch-optimizer", {"lr": 0.02, "longest": 0.375, "epsilon": 1e-4,
                                   "ratioEpsilon": 1e-4, "decoupled": False, "weightDecay": 0.2},
        torch_steps(lambda xs: ShortLamb(
            xs, lr=0.02, eps=1e-4, weight_decay=0.2, weight_decouple=False)),
        "pytorch_optimizer.Lamb(0.02, clamp 0.375, coupled decay 0.2)")

# --- NovoGrad

add(term("novograd"), Optax("optax.novograd(1e-3)", optax.novograd(1e-3)))
add(term("novograd@optax", {"lr": 1e-3, "beta1": 0.8, "beta2": 0.6, "epsilon": 1e-2,
                            "epsilonRoot": 1e-2, "weightDecay": 0.2}),
    Optax("optax.novograd(1e-3, 0.8, 0.6, 1e-2, 1e-2, 0.2)",
          optax.novograd(1e-3, 0.8, 0.6, 1e-2, 1e-2, 0.2)))
add(term("novograd", {"lr": 0.015625}, schedules=HALVED),
    Optax("optax.novograd of a schedule", optax.novograd(optax_halved(0.015625))))
add(term("novograd@pytorch-optimizer", {"lr": 2e-3, "weightDecay": 0.1}),
    Torch("pytorch_optimizer.NovoGrad(2e-3, decay 0.1)",
          lambda x: pytorch_optimizer.NovoGrad([x], lr=2e-3, weight_decay=0.1)))
add(term("novograd@pytorch-optimizer", {"lr": 2e-2, "averaging": True, "weightDecay": 0.1}),
    Torch("pytorch_optimizer.NovoGrad(2e-2, grad_averaging, decay 0.1)",
          lambda x: pytorch_optimizer.NovoGrad(
              [x], lr=2e-2, grad_averaging=True, weight_decay=0.1)))
matched("novograd", {"lr": 0.01, "weightDecay": 0.1},
        optax_steps(optax.novograd(0.01, weight_decay=0.1)), "optax.novograd(0.01, decay 0.1)")
matched("novograd@pytorch-optimizer", {"lr": 0.01, "beta1": 0.8, "beta2": 0.7},
        torch_steps(lambda xs: pytorch_optimizer.NovoGrad(xs, lr=0.01, betas=(0.8, 0.7))),
        "pytorch_optimizer.NovoGrad(0.01, (0.8, 0.7))")

# --- Fromage

add(term("fromage", {"lr": 1e-3}),
    Torch("pytorch_optimizer.Fromage(1e-3), as jxbz/fromage",
          lambda x: pytorch_optimizer.Fromage([x], lr=1e-3)), least=4)
add(term("fromage@author", {"lr": 0.02}, schedules=HALVED),
    Torch("pytorch_optimizer.Fromage of a schedule",
          lambda x: pytorch_optimizer.Fromage([x], lr=0.02), schedule=torch_halved), least=4)
add(term("fromage@pytorch-optimizer", {"lr": 0.02, "bound": 1.125}),
    Torch("pytorch_optimizer.Fromage(0.02, p_bound=1.125)",
          lambda x: pytorch_optimizer.Fromage([x], lr=0.02, p_bound=1.125)), least=4)
add(term("fromage@optax", {"lr": 5e-3}), Optax("optax.fromage(5e-3)", optax.fromage(5e-3)), least=4)
add(term("fromage@optax", {"lr": 5e-3, "leastNorm": 2}),
    Optax("optax.fromage(5e-3, 2)", optax.fromage(5e-3, 2.0)), least=4)
matched("fromage@optax", {"lr": 0.05, "leastNorm": 0.5}, optax_steps(optax.fromage(0.05, 0.5)),
        "optax.fromage(0.05, 0.5)", least=4)
matched("fromage@pytorch-optimizer", {"lr": 0.05, "bound": 1.5},
        torch_steps(lambda xs: pytorch_optimizer.Fromage(xs, lr=0.05, p_bound=1.5)),
        "pytorch_optimizer.Fromage(0.05, p_bound=1.5)", least=4)

# --- AdamP and SGDP


def project(p, g, u, delta, ratio, eps):
    """The projection of clovaai/AdamP."""
    for view in ((p.shape[0], -1), (1, -1)):
        x, slope = p.reshape(view), g.reshape(view)
        cosines = np.abs(np.sum(x * slope, 1)) / (
            np.maximum(np.linalg.norm(x, axis=1), eps) * np.maximum(np.linalg.norm(slope, axis=1), eps))
        if cosines.max() < delta / np.sqrt(x.shape[1]):
            unit = x / (np.linalg.norm(x, axis=1, keepdims=True) + eps)
            radial = np.sum(unit * u.reshape(view), 1, keepdims=True)
            return u - (unit * radial).reshape(p.shape), ratio
    return u, 1.0


def author_adamp(lr, betas=(0.9, 0.999), eps=1e-8, decay=0.0, delta=0.1, ratio=0.1, nesterov=False):
    def make(tensors):
        state = [(np.zeros(x.shape), np.zeros(x.shape)) for x in tensors]
        t = 0

        def step(gradients):
            nonlocal t
            t += 1
            (b1, b2) = betas
            for k, (x, g) in enumerate(zip(tensors, gradients)):
                p, g = x.numpy(), g.numpy()
                m, v = state[k]
                m[...] = b1 * m + (1 - b1) * g
                v[...] = b2 * v + (1 - b2) * g * g
                u = (b1 * m + (1 - b1) * g) if nesterov else m
                u = u / (np.sqrt(v) / np.sqrt(1 - b2**t) + eps)
                share = 1.0
                if p.ndim > 1:
                    u, share = project(p, g, u, delta, ratio, eps)
                p *= 1 - lr * decay * share
                p -= lr / (1 - b1**t) * u

        return step

    return make


SPHERES = [(4, 3), (3, 2, 2, 2), (6, 1), (5,)]
add(term("adamp", {"lr": 1e-2, "weightDecay": 0.1}),
    Torch("torch.optim.AdamW(1e-2, decay 0.1), which AdamP is on one dimension",
          lambda x: torch.optim.AdamW([x], lr=1e-2, weight_decay=0.1)))
add(term("adamp@pytorch-optimizer", {"lr": 1e-2, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3,
                                     "weightDecay": 0.1, "nesterov": True}, schedules=HALVED),
    Torch("pytorch_optimizer.AdamP(1e-2, (0.8, 0.99), eps 1e-3, Nesterov) of a schedule",
          lambda x: pytorch_optimizer.AdamP([x], lr=1e-2, betas=(0.8, 0.99), eps=1e-3,
                                            weight_decay=0.1, nesterov=True),
          schedule=torch_halved))
for delta in (0.1, 0.9, 3.0):
    matched("adamp", {"lr": 0.01, "delta": delta, "weightDecay": 0.3, "epsilon": 1e-4},
            author_adamp(0.01, delta=delta, decay=0.3, eps=1e-4),
            f"clovaai/AdamP(0.01, delta {delta}, decay 0.3, eps 1e-4)", SPHERES)
    matched("adamp@pytorch-optimizer", {"lr": 0.02, "delta": delta, "weightDecay": 0.3,
                                        "decayRatio": 0.4},
            torch_steps(lambda xs: pytorch_optimizer.AdamP(
                xs, lr=0.02, delta=delta, weight_decay=0.3, wd_ratio=0.4)),
            f"pytorch_optimizer.AdamP(0.02, delta {delta}, decay 0.3, ratio 0.4)", SPHERES)
    matched("sgdp", {"lr": 0.02, "momentum": 0.7, "dampening": 0.1, "delta": delta,
                     "weightDecay": 0.05, "decayRatio": 0.4, "epsilon": 1e-3},
            torch_steps(lambda xs: pytorch_optimizer.SGDP(
                xs, lr=0.02, momentum=0.7, dampening=0.1, delta=delta, weight_decay=0.05,
                wd_ratio=0.4, eps=1e-3)),
            f"pytorch_optimizer.SGDP(0.02, 0.7, delta {delta}, decay 0.05)", SPHERES)
matched("adamp@author", {"lr": 0.01, "delta": 0.9, "nesterov": True, "beta1": 0.8, "beta2": 0.99},
        author_adamp(0.01, (0.8, 0.99), delta=0.9, nesterov=True),
        "clovaai/AdamP(0.01, (0.8, 0.99), delta 0.9, Nesterov)", SPHERES)
add(term("sgdp", {"lr": 1e-3, "momentum": 0.8, "weightDecay": 0.1, "nesterov": True},
         schedules=HALVED),
    Torch("pytorch_optimizer.SGDP(1e-3, 0.8, decay 0.1, Nesterov) of a schedule",
          lambda x: pytorch_optimizer.SGDP([x], lr=1e-3, momentum=0.8, weight_decay=0.1,
                                           nesterov=True), schedule=torch_halved), least=6)
for preset in ("author", "pytorch-optimizer"):
    matched(f"sgdp@{preset}", {"lr": 0.02, "delta": 0.9},
            torch_steps(lambda xs: pytorch_optimizer.SGDP(xs, lr=0.02, delta=0.9)),
            "pytorch_optimizer.SGDP(0.02, delta 0.9)", SPHERES)

# --- Nero

add(term("nero", {"lr": 0.02}),
    Torch("pytorch_optimizer.Nero(0.02)", lambda x: pytorch_optimizer.Nero([x], lr=0.02)))
add(term("nero@pytorch-optimizer", {"lr": 0.01, "beta": 0.9, "epsilon": 1e-2}, schedules=HALVED),
    Torch("pytorch_optimizer.Nero(0.01, 0.9, eps 1e-2) of a schedule",
          lambda x: pytorch_optimizer.Nero([x], lr=0.01, beta=0.9, eps=1e-2),
          schedule=torch_halved), least=6)

matched("nero", {"lr": 0.02, "beta": 0.99, "epsilon": 1e-3},
        torch_steps(lambda xs: pytorch_optimizer.Nero(xs, lr=0.02, beta=0.99, eps=1e-3)),
        "pytorch_optimizer.Nero(0.02, 0.99, eps 1e-3)")
matched("nero", {"lr": 0.02, "constraints": False},
        torch_steps(lambda xs: pytorch_optimizer.Nero(xs, lr=0.02, constraints=False)),
        "pytorch_optimizer.Nero(0.02, no constraints)")

# --- StableAdamW

add(term("stable-adamw"),
    Torch("pytorch_optimizer.StableAdamW(1e-3)",
          lambda x: pytorch_optimizer.StableAdamW([x], lr=1e-3)))
add(term("stable-adamw@pytorch-optimizer", {"lr": 0.01, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-2,
                                            "weightDecay": 0.2}, schedules=HALVED),
    Torch("pytorch_optimizer.StableAdamW(0.01, (0.8, 0.95), eps 1e-2, decay 0.2) of a schedule",
          lambda x: pytorch_optimizer.StableAdamW([x], lr=0.01, betas=(0.8, 0.95), eps=1e-2,
                                                  weight_decay=0.2), schedule=torch_halved))
add(term("stable-adamw", {"lr": 0.01, "coupled": True, "weightDecay": 0.2}),
    Torch("pytorch_optimizer.StableAdamW(0.01, coupled decay 0.2)",
          lambda x: pytorch_optimizer.StableAdamW([x], lr=0.01, weight_decouple=False,
                                                  weight_decay=0.2)))
matched("stable-adamw", {"lr": 0.02, "weightDecay": 0.1},
        torch_steps(lambda xs: pytorch_optimizer.StableAdamW(xs, lr=0.02, weight_decay=0.1)),
        "pytorch_optimizer.StableAdamW(0.02, decay 0.1)")

golden.write()
