"""Golden data for adaptive optimizers with less state than a number for each coordinate.

See golden.py for how to run this. optax computes Adafactor's decay, and keeps its momentum, in single
precision: its parts are put together here with both in double precision. So is the momentum of
pytorch_optimizer's, by its own option.
"""

import jax.numpy as jnp
import optax
import pytorch_optimizer
import torch

from golden import Golden, Optax, Torch, optax_steps, term, torch_steps

golden = Golden("memory")
SHAPES = [(4, 3), (3, 2, 2, 2), (5,)]
HALVED = [("lr", "step", {"gamma": 0.5, "every": 40})]


def add(optimizer, reference, problems="rosenbrock quadratic beale himmelblau", least=5):
    golden.add(optimizer, reference, problems, least=least)


def matched(optimizer, text, make, shapes=SHAPES, least=5):
    golden.add_tensors(optimizer, text, shapes, make, least=least)


def halved(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=40, gamma=0.5)


# --- Adafactor


def optax_adafactor(lr, shortest=128, rate=0.8, clip=1.0, scale=True, momentum=None, decay=None,
                    eps=1e-30):
    """optax.adafactor, of the same parts in the same order."""

    def decay_rate(step, exponent):
        return 1.0 - jnp.asarray(step + 1, jnp.float64) ** (-exponent)

    parts = [optax.scale_by_factored_rms(True, rate, 0, shortest, eps, decay_rate),
             optax.clip_by_block_rms(clip),
             optax.scale_by_learning_rate(lr, flip_sign=False)]
    if scale:
        parts.append(optax.scale_by_param_block_rms())
    if momentum:
        parts.append(optax.ema(momentum, debias=False, accumulator_dtype=jnp.float64))
    if decay:
        parts.append(optax.add_decayed_weights(decay))
    return optax.chain(*parts, optax.scale(-1))


def torch_adafactor(eps=1.1920928955078125e-07, **arguments):
    return lambda xs: torch.optim.Adafactor(xs, eps=(eps, 1e-3), **arguments)


def port_adafactor(**arguments):
    return lambda xs: pytorch_optimizer.AdaFactor(xs, momentum_dtype=torch.float64, **arguments)


add(term("adafactor@torch", {"lr": 0.125}),
    Torch("torch.optim.Adafactor(0.125)", lambda x: torch_adafactor(lr=0.125)([x])))
add(term("adafactor@torch", {"lr": 0.03, "power": 0.6, "clip": 1.5, "weightDecay": 0.2,
                             "epsilonScale": 0.75}, schedules=HALVED),
    Torch("torch.optim.Adafactor(0.03, -0.6, d=1.5, eps2 0.75, decay 0.2) of a schedule",
          lambda x: torch.optim.Adafactor([x], lr=0.03, beta2_decay=-0.6, d=1.5, weight_decay=0.2,
                                          eps=(1.1920928955078125e-07, 0.75)), schedule=halved))
add(term("adafactor@optax", {"lr": 0.02}), Optax("optax.adafactor(0.02)", optax_adafactor(0.02)))
add(term("adafactor@optax", {"lr": 0.125, "power": 0.6, "clip": 0.75, "weightDecay": 1e-3,
                             "relativeScale": False, "beta1": 0.7, "epsilon": 1e-2}),
    Optax("optax.adafactor(0.125, 0.6, clip 0.75, no scale, momentum 0.7, decay 1e-3, eps 1e-2)",
          optax_adafactor(0.125, rate=0.6, clip=0.75, scale=False, momentum=0.7, decay=1e-3, eps=1e-2)))
add(term("adafactor@pytorch-optimizer"),
    Torch("pytorch_optimizer.AdaFactor()", lambda x: port_adafactor()([x])))
add(term("adafactor@pytorch-optimizer", {"lr": 0.02, "relativeStep": False, "beta1": 0.6,
                                         "beta2": 0.9, "weightDecay": 0.2}),
    Torch("pytorch_optimizer.AdaFactor(0.02, (0.6, 0.9), decay 0.2)",
          lambda x: port_adafactor(lr=0.02, relative_step=False, betas=(0.6, 0.9),
                                   weight_decay=0.2)([x])))
add(term("adafactor@paper"),
    Torch("pytorch_optimizer.AdaFactor(betas=(None, 1)), as in the paper",
          lambda x: port_adafactor(betas=(None, 1 - 2**-53))([x])))
matched(term("adafactor@torch", {"lr": 0.05, "weightDecay": 0.1}), "torch.optim.Adafactor(0.05, decay 0.1)",
        torch_steps(torch_adafactor(lr=0.05, weight_decay=0.1)))
matched(term("adafactor@torch", {"lr": 0.05, "epsilon": 0.5}), "torch.optim.Adafactor(0.05, eps1 0.5)",
        torch_steps(torch_adafactor(lr=0.05, eps=0.5)))
matched(term("adafactor@optax", {"lr": 0.05, "shortest": 3, "beta1": 0.6}),
        "optax.adafactor(0.05, 3, momentum 0.6)",
        optax_steps(optax_adafactor(0.05, shortest=3, momentum=0.6)),
        [(4, 3), (3, 2, 2, 2), (3, 2, 4), (5, 4, 2, 2), (2, 3, 2, 4), (5,)])
matched(term("adafactor@pytorch-optimizer", {"weightDecay": 0.1}),
        "pytorch_optimizer.AdaFactor(decay 0.1)", torch_steps(port_adafactor(weight_decay=0.1)))
matched(term("adafactor", {"lr": 0.01}), "pytorch_optimizer.AdaFactor(betas=(None, 1))",
        torch_steps(port_adafactor(betas=(None, 1 - 2**-53))))

# --- CAME

add(term("came", {"lr": 0.02}),
    Torch("pytorch_optimizer.CAME(0.02)", lambda x: pytorch_optimizer.CAME([x], lr=0.02)))
add(term("came@pytorch-optimizer", {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "clip": 0.7,
                                    "weightDecay": 0.2, "epsilon": 1e-2}, schedules=HALVED),
    Torch("pytorch_optimizer.CAME(0.02, (0.8, 0.95), clip 0.7, decay 0.2, eps1 1e-2) of a schedule",
          lambda x: pytorch_optimizer.CAME([x], lr=0.02, betas=(0.8, 0.95, 0.999), clip_threshold=0.7,
                                           weight_decay=0.2, eps1=1e-2), schedule=halved))
matched(term("came", {"lr": 0.02}), "pytorch_optimizer.CAME(0.02)",
        torch_steps(lambda xs: pytorch_optimizer.CAME(xs, lr=0.02)))
matched(term("came", {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "beta3": 0.98, "clip": 0.7,
                      "weightDecay": 0.2, "epsilon": 1e-2, "instabilityEpsilon": 1e-2}),
        "pytorch_optimizer.CAME(0.02, (0.8, 0.95, 0.98), clip 0.7, decay 0.2, eps 1e-2)",
        torch_steps(lambda xs: pytorch_optimizer.CAME(
            xs, lr=0.02, betas=(0.8, 0.95, 0.98), clip_threshold=0.7, weight_decay=0.2, eps1=1e-2,
            eps2=1e-2)))

# --- SM3

add(term("sm3"), Optax("optax.sm3(0.1)", optax.sm3(0.1)))
add(term("sm3@optax", {"lr": 0.3, "momentum": 0.7}), Optax("optax.sm3(0.3, 0.7)", optax.sm3(0.3, 0.7)))
add(term("sm3@pytorch-optimizer", schedules=HALVED),
    Torch("pytorch_optimizer.SM3() of a schedule", lambda x: pytorch_optimizer.SM3([x]),
          schedule=halved))
add(term("sm3@pytorch-optimizer", {"lr": 0.05, "momentum": 0.8, "beta": 0.9, "epsilon": 1e-2}),
    Torch("pytorch_optimizer.SM3(0.05, 0.8, 0.9, 1e-2)",
          lambda x: pytorch_optimizer.SM3([x], lr=0.05, momentum=0.8, beta=0.9, eps=1e-2)))
matched(term("sm3", {"lr": 0.3}), "optax.sm3(0.3)", optax_steps(optax.sm3(0.3)))
matched(term("sm3@pytorch-optimizer", {"lr": 0.1, "beta": 0.8}), "pytorch_optimizer.SM3(0.1, beta 0.8)",
        torch_steps(lambda xs: pytorch_optimizer.SM3(xs, lr=0.1, beta=0.8)))
matched(term("sm3@pytorch-optimizer", {"lr": 0.1, "momentum": 0.5}),
        "pytorch_optimizer.SM3(0.1, momentum 0.5)",
        torch_steps(lambda xs: pytorch_optimizer.SM3(xs, lr=0.1, momentum=0.5)))

golden.write()
