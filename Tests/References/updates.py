"""Golden data for wrappers that change updates: what their references compute, step by step.

See golden.py for how to run this. The authors of the cautious optimizers published their mask within
AdamW and Lion; here it is applied to the updates of torch's optimizers.
"""

import numpy as np
import optax
import optax.contrib
import torch
from pytorch_optimizer.base.optimizer import BaseOptimizer

from golden import EVERYWHERE, Golden, Optax, Torch, term

golden = Golden("updates")
add = golden.add

SHAPES = [(4, 3), (4,), (2, 3, 2, 2), (2,), (2, 5)]


def sgd(lr, **arguments):
    return lambda x: torch.optim.SGD([x], lr=lr, **arguments)


def adam(lr, **arguments):
    return lambda x: torch.optim.Adam([x], lr=lr, **arguments)


# cautious
def author(update, grad, smallest=1e-3):
    """C-Optim's line, of an update that is subtracted."""
    mask = (update * grad > 0).to(grad.dtype)
    mask.div_(mask.mean().clamp_(min=smallest))
    update.mul_(mask)


def unscaled(update, grad):
    update.mul_(update * grad > 0)


class Masked(Torch):
    def __init__(self, text, make, mask):
        super().__init__(text, make)
        self.mask = mask

    def step(self, x, evaluate):
        old = torch.tensor(x)
        super().step(x, evaluate)
        update = old - self.x
        self.mask(update, self.x.grad)
        return (old - update).tolist()


def masked(make, mask):
    def steps(tensors):
        optimizer = make(tensors)

        def step(gradients):
            old = [x.clone() for x in tensors]
            for x, g in zip(tensors, gradients):
                x.grad = g
            optimizer.step()
            for x, before in zip(tensors, old):
                update = before - x
                mask(update, x.grad)
                x.copy_(before - update)

        return step

    return steps


for name, mask, text in (("cautious@author", author, "C-Optim's mask"),
                         ("cautious@pytorch-optimizer", BaseOptimizer.apply_cautious,
                          "pytorch_optimizer's apply_cautious"),
                         ("cautious@unscaled", unscaled, "a mask")):
    add(term(name, {}, term("adam", {"lr": 5e-3})), Masked(f"{text}, Adam(5e-3)", adam(5e-3), mask),
        EVERYWHERE, least=6)
    add(term(name, {}, term("momentum", {"lr": 2e-4})),
        Masked(f"{text}, SGD(2e-4, 0.9)", sgd(2e-4, momentum=0.9), mask), EVERYWHERE, least=6)
    golden.add_tensors(
        term(name, {}, term("momentum", {"lr": 0.02})), f"{text}, SGD(0.02, 0.9)", SHAPES,
        masked(lambda tensors: torch.optim.SGD(tensors, lr=0.02, momentum=0.9), mask), least=5)
golden.add_tensors(
    term("cautious", {"epsilon": 0.9}, term("momentum", {"lr": 0.02})),
    "C-Optim's mask, its mean at least 0.9, SGD(0.02, 0.9)", SHAPES,
    masked(lambda tensors: torch.optim.SGD(tensors, lr=0.02, momentum=0.9),
           lambda update, grad: author(update, grad, 0.9)), least=5)

# trust-ratio
add(term("trust-ratio@optax", {}, term(
        "adamw@optax", {"lr": 5e-3, "epsilon": 1e-6, "weightDecay": 0.1})),
    Optax("lamb(5e-3, weight_decay=0.1)", optax.lamb(5e-3, weight_decay=0.1)), EVERYWHERE, least=6)
FALLING = [("lr", "exponential", {"gamma": 0.98})]


def falling(t):
    """optax.exponential_decay, which computes in single precision."""
    return 1e-2 * 0.98 ** t.astype(float)


add(term("trust-ratio", {"coefficient": 0.3, "leastNorm": 1.5, "epsilon": 0.2},
         term("sgd", {"lr": 1e-2}, schedules=FALLING)),
    Optax("chain(scale_by_trust_ratio(1.5, 0.3, 0.2), rates 1e-2 0.98^t)",
          optax.chain(optax.scale_by_trust_ratio(1.5, 0.3, 0.2),
                      optax.scale_by_learning_rate(falling))), EVERYWHERE, least=6)


def optax_steps(transformation):
    """Steps on tensors by optax."""

    def steps(tensors):
        state = transformation.init([x.numpy() for x in tensors])

        def step(gradients):
            nonlocal state
            updates, state = transformation.update(
                [g.numpy() for g in gradients], state, [x.numpy() for x in tensors])
            for x, u in zip(tensors, updates):
                x.add_(torch.tensor(np.array(u)))

        return step

    return steps


golden.add_tensors(
    term("trust-ratio@optax", {}, term("adamw@optax", {"lr": 0.02, "epsilon": 1e-6,
                                                       "weightDecay": 0.1})),
    "lamb(0.02, weight_decay=0.1)", SHAPES, optax_steps(optax.lamb(0.02, weight_decay=0.1)))
golden.add_tensors(
    term("trust-ratio@weights", {"coefficient": 0.5}, term("sgd", {"lr": 0.02})),
    "masked(scale_by_trust_ratio(0, 0.5)), sgd(0.02)", SHAPES,
    optax_steps(optax.chain(
        optax.masked(optax.scale_by_trust_ratio(0.0, 0.5), lambda tree: [x.ndim > 1 for x in tree]),
        optax.scale_by_learning_rate(0.02))))

# mechanic
for settings, arguments in (({}, {}), (
        {"weightDecay": 0.1, "initial": 1e-3, "scales": 3, "epsilon": 1e-6},
        {"weight_decay": 0.1, "s_init": 1e-3, "num_betas": 3, "eps": 1e-6})):
    text = ", ".join(f"{k}={v}" for k, v in arguments.items())
    add(term("mechanic@optax", settings, term("adam@optax", {"lr": 1.0})),
        Optax(f"mechanize(adam(1), {text})", optax.contrib.mechanize(optax.adam(1.0), **arguments)),
        EVERYWHERE, least=4)
    add(term("mechanic@optax", settings, term("sgd", {"lr": 1e-2}, schedules=FALLING)),
        Optax(f"mechanize(sgd(1e-2 0.98^t), {text})", optax.contrib.mechanize(
            optax.sgd(falling), **arguments)), EVERYWHERE, least=4)

# role-rates: groups of parameters


def groups(rates, make):
    return lambda tensors: make([{"params": [x], "lr": rate} for x, rate in zip(tensors, rates)])


def grouped(make, rates):
    def steps(tensors):
        optimizer = groups(rates, make)(tensors)

        def step(gradients):
            for x, g in zip(tensors, gradients):
                x.grad = g
            optimizer.step()

        return step

    return steps


for settings, factors in (
        ({"weight": 0.5, "bias": 2.0, "first": 0.25, "last": 3.0}, [0.125, 2, 0.5, 2, 1.5]),
        ({"first": 0.0}, [0, 1, 1, 1, 1])):
    golden.add_tensors(
        term("role-rates", settings, term("momentum", {"lr": 0.02})),
        f"SGD(0.02, 0.9) with rates by {factors}", SHAPES,
        grouped(lambda g: torch.optim.SGD(g, lr=0.02, momentum=0.9), [0.02 * f for f in factors]))
golden.add_tensors(
    term("role-rates@caffe", {}, term("adamw", {"lr": 0.02, "weightDecay": 0.1})),
    "AdamW(0.02, weight_decay=0.1), biases at twice the rate", SHAPES,
    grouped(lambda g: torch.optim.AdamW(g, weight_decay=0.1), [0.02, 0.04, 0.02, 0.04, 0.02]))
golden.write()
