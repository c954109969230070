"""Golden data for wrappers that change gradients, and for decay beside them: step by step.

See golden.py for how to run this. Noise and dropout are not here: their random numbers are the lab's own.
"""

import numpy as np
import optax
import pytorch_optimizer
import torch
from pytorch_optimizer.optimizer.agc import agc
from pytorch_optimizer.optimizer.gradient_centralization import centralize_gradient
from pytorch_optimizer.optimizer.grokfast import gradfilter_ema, gradfilter_ma

from golden import EVERYWHERE, Golden, Optax, Torch, Transcribed, term

golden = Golden("gradients")
add = golden.add

SHAPES = [(4, 3), (4,), (2, 3, 2, 2), (2,), (2, 5)]


def sgd(lr, **arguments):
    return lambda x: torch.optim.SGD([x], lr=lr, **arguments)


def adam(lr, **arguments):
    return lambda x: torch.optim.Adam([x], lr=lr, **arguments)


def changed(change, make):
    """Steps on tensors: `change(parameter, gradient, index)` gives the gradient that is used."""

    def steps(tensors):
        optimizer = make(tensors)

        def step(gradients):
            for index, (x, g) in enumerate(zip(tensors, gradients)):
                x.grad = change(x, g.clone(), index)
            optimizer.step()

        return step

    return steps


def optax_steps(transformation):
    """Steps on tensors by optax."""

    def steps(tensors):
        state = transformation.init([x.numpy() for x in tensors])

        def step(gradients):
            nonlocal state
            parameters = [x.numpy() for x in tensors]
            updates, state = transformation.update([g.numpy() for g in gradients], state, parameters)
            for x, u in zip(tensors, updates):
                x.add_(torch.tensor(np.array(u)))

        return step

    return steps


# clip-value
add(term("clip-value@torch", {"value": 5.0}, term("momentum", {"lr": 1e-3, "momentum": 0.5})),
    Torch("clip_grad_value_(5), SGD(1e-3, 0.5)", sgd(1e-3, momentum=0.5),
          lambda x: torch.nn.utils.clip_grad_value_([x], 5.0)), EVERYWHERE)
add(term("clip-value", {}, term("adam", {"lr": 5e-3})),
    Torch("clip_grad_value_(1), Adam(5e-3)", adam(5e-3),
          lambda x: torch.nn.utils.clip_grad_value_([x], 1.0)), EVERYWHERE)
add(term("clip-value@optax", {"value": 2.0}, term("adam@optax", {"lr": 5e-3})),
    Optax("chain(clip(2), adam(5e-3))", optax.chain(optax.clip(2.0), optax.adam(5e-3))), EVERYWHERE)

# agc: a point is one unit
add(term("agc@optax", {"ratio": 0.3, "epsilon": 0.7}, term("momentum", {"lr": 1e-3})),
    Optax("chain(adaptive_grad_clip(0.3, 0.7), sgd(1e-3, 0.9))",
          optax.chain(optax.adaptive_grad_clip(0.3, 0.7), optax.sgd(1e-3, 0.9))), EVERYWHERE)
add(term("agc@pytorch-optimizer", {"ratio": 2.0}, term("adam", {"lr": 5e-3})),
    Torch("pytorch_optimizer.agc(1e-3, 2), Adam(5e-3)", adam(5e-3),
          lambda x: x.grad.copy_(agc(x, x.grad, 1e-3, 2.0))), EVERYWHERE)
for name, settings, epsilon, ratio, spared in (
        ("agc@pytorch-optimizer", {}, 1e-3, 1e-2, None),
        ("agc", {"ratio": 0.5, "epsilon": 0.3}, 0.3, 0.5, None),
        ("agc@paper", {"ratio": 0.2}, 1e-3, 0.2, 4)):
    golden.add_tensors(
        term(name, settings, term("momentum", {"lr": 0.02})),
        f"pytorch_optimizer.agc({epsilon}, {ratio}){', not the last' if spared else ''}, SGD(0.02, 0.9)",
        SHAPES,
        changed(lambda x, g, index, e=epsilon, r=ratio, s=spared: g if index == s else agc(x, g, e, r),
                lambda tensors: torch.optim.SGD(tensors, lr=0.02, momentum=0.9)))

# centralized: points are left alone
add(term("centralized@optax", {}, term("adam@optax", {"lr": 1e-2})),
    Optax("chain(centralize(), adam(1e-2))", optax.chain(optax.centralize(), optax.adam(1e-2))),
    EVERYWHERE)
golden.add_tensors(
    term("centralized@optax", {}, term("adam@optax", {"lr": 0.02})), "chain(centralize(), adam(0.02))",
    SHAPES, optax_steps(optax.chain(optax.centralize(), optax.adam(0.02))))


def centralized(kernels_only):
    def change(x, g, index):
        centralize_gradient(g, gc_conv_only=kernels_only)
        return g

    return change


for name, kernels_only in (("centralized@pytorch-optimizer", False), ("centralized@kernels", True)):
    golden.add_tensors(
        term(name, {}, term("momentum", {"lr": 0.02})),
        f"pytorch_optimizer.centralize_gradient(gc_conv_only={kernels_only}), SGD(0.02, 0.9)", SHAPES,
        changed(centralized(kernels_only),
                lambda tensors: torch.optim.SGD(tensors, lr=0.02, momentum=0.9)))

# normalized
SHRINKING = [("lr", "exponential", {"gamma": 0.98})]
add(term("normalized@optax", {"length": 2.0, "epsilon": 1e-3},
         term("momentum", {"lr": 1e-2}, schedules=SHRINKING)),
    Optax("chain(normalize_by_update_norm(2, 1e-3), sgd(1e-2 0.98^t, 0.9))",
          optax.chain(optax.normalize_by_update_norm(2.0, 1e-3),
                      optax.trace(0.9), optax.scale_by_learning_rate(
                          lambda t: 1e-2 * 0.98 ** t.astype(float)))), EVERYWHERE, least=6)
add(term("normalized@optax", {}, term("adam@optax", {"lr": 5e-3})),
    Optax("chain(normalize_by_update_norm(), adam(5e-3))",
          optax.chain(optax.normalize_by_update_norm(), optax.adam(5e-3))), EVERYWHERE, least=8)
add(term("normalized@paper", {"length": 0.5}, term("sgd", {"lr": 1e-2}, schedules=SHRINKING)),
    Transcribed("0.5 g / ||g||, rates 1e-2 0.98^t", lambda x, g, s, t, evaluate:
                x - 1e-2 * 0.98 ** (t - 1) * 0.5 * g / np.linalg.norm(g)), EVERYWHERE, least=6)
golden.add_tensors(
    term("normalized@tensors", {"length": 0.5, "epsilon": 0.1}, term("momentum", {"lr": 0.02})),
    "0.5 g / (||g|| + 0.1) for each tensor, SGD(0.02, 0.9)", SHAPES,
    changed(lambda x, g, index: 0.5 * g / (g.norm() + 0.1),
            lambda tensors: torch.optim.SGD(tensors, lr=0.02, momentum=0.9)))
golden.add_tensors(
    term("normalized", {}, term("momentum", {"lr": 0.02})),
    "chain(normalize_by_update_norm(), sgd(0.02, 0.9))", SHAPES,
    optax_steps(optax.chain(optax.normalize_by_update_norm(), optax.sgd(0.02, 0.9))))

# decoupled-decay
FALLING = [("lr", "exponential", {"gamma": 0.99})]
add(term("decoupled-decay@torch", {"weightDecay": 0.3}, term("adam", {"lr": 5e-3}, schedules=FALLING)),
    Torch("AdamW(5e-3, weight_decay=0.3), ExponentialLR(0.99)",
          lambda x: torch.optim.AdamW([x], lr=5e-3, weight_decay=0.3),
          schedule=lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.99)), EVERYWHERE)
add(term("decoupled-decay", {"weightDecay": 0.5}, term("momentum", {"lr": 3e-4})),
    Torch("pytorch_optimizer.SGDW(3e-4, 0.9, 0.5)",
          lambda x: pytorch_optimizer.SGDW([x], lr=3e-4, momentum=0.9, weight_decay=0.5)), EVERYWHERE)
add(term("decoupled-decay@optax", {}, term("adam@optax", {"lr": 1e-2})),
    Optax("adamw(1e-2)", optax.adamw(1e-2)), EVERYWHERE)
add(term("decoupled-decay@optax", {"weightDecay": 0.2}, term("sgd", {"lr": 1e-3})),
    Optax("chain(add_decayed_weights(0.2), sgd(1e-3))",
          optax.chain(optax.add_decayed_weights(0.2), optax.sgd(1e-3))), EVERYWHERE)


class Decayed(Torch):
    """The parameters times `rest(t)` after the step of a torch optimizer, or before it."""

    def __init__(self, text, make, rest, before):
        super().__init__(text, make)
        self.rest, self.early = rest, before

    def step(self, x, evaluate):
        found = evaluate(x)
        if self.early:
            x = [v * self.rest for v in x]
        x = super().step(x, lambda _: found)
        return x if self.early else [v * self.rest for v in x]


add(term("decoupled-decay@fixed", {"weightDecay": 1e-3}, term("momentum", {"lr": 3e-4})),
    Decayed("x (1 - 1e-3), then SGD(3e-4, 0.9)", sgd(3e-4, momentum=0.9), 1 - 1e-3, True), EVERYWHERE)
add(term("decoupled-decay", {"weightDecay": 0.2, "order": "after"}, term("adam", {"lr": 5e-3})),
    Decayed("Adam(5e-3), then x (1 - 1e-3)", adam(5e-3), 1 - 5e-3 * 0.2, False), EVERYWHERE)
golden.add_tensors(
    term("decoupled-decay", {"weightDecay": 0.4, "biases": False}, term("adam", {"lr": 0.02})),
    "AdamW(0.02), weight_decay=0.4 for weights", SHAPES,
    changed(lambda x, g, index: g, lambda tensors: torch.optim.AdamW([
        {"params": [x for x in tensors if x.dim() > 1], "weight_decay": 0.4},
        {"params": [x for x in tensors if x.dim() == 1], "weight_decay": 0.0}], lr=0.02)))

# accumulate; Adam makes much of the first gradient of beale, whose first coordinate is 0 but for roundings
for name, settings, k, mean in (("accumulate@optax", {"k": 3}, 3, True), ("accumulate", {}, 4, True),
                                ("accumulate@torch", {"k": 2}, 2, False)):
    for inner, base, where in (
            (term("adam@optax", {"lr": 1e-2}), optax.adam(1e-2), "rosenbrock quadratic himmelblau"),
            (term("momentum", {"lr": 2e-4}), optax.sgd(2e-4, 0.9), EVERYWHERE)):
        steps = optax.MultiSteps(base, k, use_grad_mean=mean, accumulator_dtype=np.float64)
        add(term(name, settings, inner),
            Optax(f"MultiSteps({inner['name']}, {k}, use_grad_mean={mean})",
                  optax.GradientTransformationExtraArgs(steps.init, steps.update)), where)


class Filtered(Torch):
    """A gradient filter of grokfast, which wants a model, before a torch optimizer."""

    def __init__(self, text, make, filter):
        super().__init__(text, make, self.apply)
        self.filter = filter

    def start(self, x):
        self.kept = None
        super().start(x)

    def named_parameters(self):
        return [("x", self)]

    requires_grad = True

    @property
    def grad(self):
        return self.x.grad

    def apply(self, x):
        self.kept = self.filter(self, self.kept)


# grokfast
add(term("grokfast@author", {}, term("adam", {"lr": 5e-3})),
    Filtered("gradfilter_ema(), Adam(5e-3)", adam(5e-3), gradfilter_ema), EVERYWHERE)
add(term("grokfast@pytorch-optimizer", {"beta": 0.8, "factor": 0.7}, term("momentum", {"lr": 2e-4})),
    Filtered("gradfilter_ema(0.8, 0.7), SGD(2e-4, 0.9)", sgd(2e-4, momentum=0.9),
             lambda model, kept: gradfilter_ema(model, kept, 0.8, 0.7)), EVERYWHERE)
add(term("grokfast@window", {}, term("adam", {"lr": 5e-3})),
    Filtered("gradfilter_ma(), Adam(5e-3)", adam(5e-3), gradfilter_ma), EVERYWHERE)
add(term("grokfast@window", {"window": 7, "factor": 1.5}, term("sgd", {"lr": 3e-4})),
    Filtered("gradfilter_ma(7, 1.5), SGD(3e-4)", sgd(3e-4),
             lambda model, kept: gradfilter_ma(model, kept, 7, 1.5)), EVERYWHERE)

golden.write()
