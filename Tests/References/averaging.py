"""Golden data for averages of the points of a path, at which it is judged, step by step.

See golden.py for how to run this.
"""

import optax
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from golden import EVERYWHERE, Golden, Torch, term

golden = Golden("averaging")
add = golden.add


def sgd(lr, **arguments):
    return lambda x: torch.optim.SGD([x], lr=lr, **arguments)


def adam(lr, **arguments):
    return lambda x: torch.optim.Adam([x], lr=lr, **arguments)


class Averaged(Torch):
    """A torch optimizer, and an AveragedModel of its parameter that is updated where `when(step)`."""

    def __init__(self, text, make, average=None, when=lambda t: True, schedule=None):
        super().__init__(text, make, schedule=schedule)
        self.average, self.when = average, when

    def start(self, x):
        super().start(x)
        self.model = torch.nn.Module()
        self.model.x = torch.nn.Parameter(self.x)
        self.averaged = AveragedModel(self.model, multi_avg_fn=self.average)

    def step(self, x, evaluate):
        x = super().step(x, evaluate)
        self.model.x.data.copy_(self.x)
        if self.when(self.t):
            self.averaged.update_parameters(self.model)
        return x

    def judged(self, x):
        return self.averaged.module.x.tolist()


class Kept(Torch):
    """A torch optimizer, and an average that `average(kept, x, t)` gives as (kept, judged)."""

    def __init__(self, text, make, average):
        super().__init__(text, make)
        self.average = average

    def start(self, x):
        super().start(x)
        self.kept = None

    def step(self, x, evaluate):
        x = super().step(x, evaluate)
        self.kept, self.point = self.average(self.kept, self.x.numpy().copy(), self.t)
        return x

    def judged(self, x):
        return [float(v) for v in self.point]


FALLING = [("lr", "exponential", {"gamma": 0.99})]


def falling(optimizer):
    return torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.99)


# ema
add(term("ema@torch", {}, term("adam", {"lr": 5e-3})),
    Averaged("AveragedModel(get_ema_multi_avg_fn()), Adam(5e-3)", adam(5e-3), get_ema_multi_avg_fn()),
    EVERYWHERE)
add(term("ema", {"decay": 0.9, "start": 5}, term("momentum", {"lr": 3e-4}, schedules=FALLING)),
    Averaged("AveragedModel(get_ema_multi_avg_fn(0.9)) from step 5, SGD(3e-4, 0.9), ExponentialLR(0.99)",
             sgd(3e-4, momentum=0.9), get_ema_multi_avg_fn(0.9), lambda t: t >= 5, falling), EVERYWHERE,
    [5, 6, 7, 10, 20, 50, 100, 200, 500])


def debiased(decay):
    average = optax.ema(decay, debias=True)

    def update(kept, x, t):
        judged, kept = average.update(x, kept or average.init(x))
        return kept, judged

    return update


def warm(decay):
    """tf.train.ExponentialMovingAverage(decay, num_updates), the first point taken over."""

    def update(kept, x, t):
        d = min(decay, (1 + (t - 1)) / (10 + (t - 1)))
        kept = x if t == 1 else kept - (1 - d) * (kept - x)
        return kept, kept

    return update


for decay in (0.99, 0.8):
    add(term("ema@optax", {"decay": decay}, term("momentum", {"lr": 3e-4})),
        Kept(f"ema({decay}) of the points, SGD(3e-4, 0.9)", sgd(3e-4, momentum=0.9), debiased(decay)),
        EVERYWHERE)
add(term("ema@tensorflow", {"decay": 0.95}, term("adam", {"lr": 5e-3})),
    Kept("ExponentialMovingAverage(0.95, num_updates), Adam(5e-3)", adam(5e-3), warm(0.95)), EVERYWHERE)

# polyak-averaging
add(term("polyak-averaging@torch", {}, term("momentum", {"lr": 3e-4})),
    Averaged("AveragedModel, SGD(3e-4, 0.9)", sgd(3e-4, momentum=0.9)), EVERYWHERE)
add(term("polyak-averaging", {"start": 10}, term("adam", {"lr": 5e-3}, schedules=FALLING)),
    Averaged("AveragedModel from step 10, Adam(5e-3), ExponentialLR(0.99)", adam(5e-3),
             when=lambda t: t >= 10, schedule=falling), EVERYWHERE, [10, 11, 15, 20, 50, 100, 200, 500])

# swa
add(term("swa@torch", {"start": 20, "k": 7}, term("momentum", {"lr": 3e-4})),
    Averaged("AveragedModel every 7 steps from step 20 on, SGD(3e-4, 0.9)", sgd(3e-4, momentum=0.9),
             when=lambda t: t >= 20 and (t - 20) % 7 == 0), EVERYWHERE,
    [20, 26, 27, 30, 50, 100, 200, 500])
add(term("swa", {"start": 1}, term("adam", {"lr": 5e-3})),
    Averaged("AveragedModel every 10 steps from step 1 on, Adam(5e-3)", adam(5e-3),
             when=lambda t: t % 10 == 1), EVERYWHERE)

golden.write()
