"""Golden data for line searches and methods of second order.

See golden.py for how to run this. BFGS, conjugate gradients (Polak-Ribiere+) and the trust region are
scipy's, run to their ends at once, and so is optax's L-BFGS. Algorithm 5.4 of Nocedal and Wright is
transcribed over scipy's search, Gauss-Newton and Levenberg-Marquardt over jax's Jacobian of the
residuals; where MINPACK ends, which scipy calls, the latter has to end too. AdaHessian and SophiaH of
pytorch_optimizer and optax's Sophia are handed estimates v (Hv) from the lab's own random numbers;
amirgholami/adahessian (optim_adahessian.py) and algorithm 3 of arXiv 2305.14342 are transcribed in
NumPy.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer
import scipy.optimize
import torch
from scipy.optimize import _trustregion_ncg
from scipy.optimize._linesearch import line_search_wolfe1

from golden import (EVERYWHERE, LONG_SAMPLES, PROBLEMS, Golden, Random, Transcribed, term)

golden = Golden("second_order")
add = golden.add
ALL = EVERYWHERE + " rosenbrock4"
HESSIANS = {
    evaluate: jax.jit(jax.hessian(lambda p, evaluate=evaluate: evaluate(p)[0]))
    for evaluate, _ in PROBLEMS.values()
}


class Minimize:
    """scipy.optimize.minimize, which gives its point after each iteration."""

    is_whole = True

    def __init__(self, text, method, **options):
        self.text, self.method, self.options = text, method, options

    def start(self, x):
        self.x, self.path, self.t = x, None, 0

    def run(self, evaluate):
        self.path, gradients, losses, products = [], [1], [0], [0]
        first = []

        def loss(x):
            losses[-1] += 1
            return evaluate([float(v) for v in x])[0]

        def gradient(x):
            # That of the start is the one that the lab hands over; so is that of every later step.
            if first:
                gradients[-1] += 1
            first.append(1)
            return np.array(evaluate([float(v) for v in x])[1])

        def product(x, v):
            products[-1] += Counted.counts
            return np.array(hessian(x)) @ v

        def after(intermediate_result):
            self.path.append([float(v) for v in intermediate_result.x])
            gradients.append(1)
            losses.append(0)
            products.append(0)

        more = {}
        if self.method == "trust-ncg":
            hessian = HESSIANS[PROBLEMS[self.problem][0]]
            more["hessp"] = product
        scipy.optimize.minimize(
            loss, self.x, method=self.method, jac=gradient, callback=after,
            options={"maxiter": 60, "gtol": 1e-10, **self.options}, **more)
        if self.method == "trust-ncg":
            # The loss of the start comes with its gradient.
            losses[0] -= 1
            self.evaluations, self.losses, self.products = None, losses[:-1], products[:-1]
        else:
            # Every length that is tried gives loss and gradient.
            self.evaluations, self.losses, self.products = gradients[:-1], None, None

    def step(self, x, evaluate):
        if self.path is None:
            self.run(evaluate)
        self.t += 1
        # Beyond its end it stays where it is.
        return self.path[min(self.t, len(self.path)) - 1]

    def judged(self, x):
        return None


# --- sums of squares: r with f = 1/2 |r|^2 --------------------------------------------------------

ROOT = np.sqrt(2)
RESIDUALS = {
    "rosenbrock": lambda p: ROOT * jnp.array([10 * (p[1] - p[0] ** 2), 1 - p[0]]),
    "quadratic": lambda p: jnp.array([
        75.25**0.5 * (p[0] - 1) + 42.868257487329714 / 75.25**0.5 * (p[1] + 0.5),
        (100 / 75.25)**0.5 * (p[1] + 0.5)]),
    "beale": lambda p: ROOT * jnp.array([
        1.5 - p[0] + p[0] * p[1], 2.25 - p[0] + p[0] * p[1] ** 2, 2.625 - p[0] + p[0] * p[1] ** 3]),
    "himmelblau": lambda p: ROOT * jnp.array([
        p[0] ** 2 + p[1] - 11, p[0] + p[1] ** 2 - 7]),
    "rosenbrock4": lambda p: ROOT * jnp.concatenate([10 * (p[1:] - p[:-1] ** 2), 1 - p[:-1]]),
}
JACOBIANS = {name: jax.jit(jax.jacfwd(r)) for name, r in RESIDUALS.items()}


class Squares:
    """A method for sums of squares: update(x, r, J, s, loss) -> x, with a dictionary `s` as its state."""

    products = None

    def __init__(self, text, update, problem):
        self.text, self.update = text, update
        self.r, self.jacobian = RESIDUALS[problem], JACOBIANS[problem]

    def start(self, x):
        self.s, self.evaluations, self.losses = {}, [], []

    def step(self, x, evaluate):
        x = np.array(x)
        self.evaluations.append(1)
        self.losses.append(0)

        def loss(x):
            self.losses[-1] += 1
            return evaluate([float(v) for v in x])[0]

        x = self.update(x, np.array(self.r(x)), np.array(self.jacobian(x)), self.s, loss)
        return [float(v) for v in x]

    def judged(self, x):
        return None


def gauss_newton(x, r, J, s, loss):
    """(10.23) of Nocedal and Wright, without its search."""
    return x - np.linalg.lstsq(J, r, rcond=None)[0]


def damped(J, r, weights):
    """(J^T J + W)^-1 J^T r without forming J^T J."""
    stack = np.concatenate([J, np.diag(np.sqrt(weights))])
    return np.linalg.lstsq(stack, np.concatenate([r, 0 * weights]), rcond=None)[0]


def madsen(tau=1e-3, scale=lambda s, d: np.ones_like(d)):
    """Algorithm 3.16 of Madsen, Nielsen and Tingleff."""

    def update(x, r, J, s, loss):
        A, g = J.T @ J, J.T @ r
        D = scale(s, np.diag(A))
        mu = s.get("mu", tau * max(np.diag(A) / D))
        nu, f = s.get("nu", 2), 0.5 * r @ r
        while True:
            h = -damped(J, r, mu * D)
            new = x + h
            if (new == x).all():
                break
            after = loss(new)
            if after < f:
                rho = (f - after) / (0.5 * h @ (mu * D * h - g))
                x, mu, nu = new, mu * max(1 / 3, 1 - (2 * rho - 1) ** 3), 2
                break
            mu, nu = mu * nu, 2 * nu
        s.update(mu=mu, nu=nu)
        return x

    return update


def largest(s, d):
    s["d"] = np.maximum(s.get("d", d), d)
    return s["d"]


def marquardt(lam=0.01, nu=10):
    """Marquardt 1963, equations (13) to (16) and the strategy after them: lambda / nu is tried first. His
    test of the angle is left out, and a loss has to be lower."""

    def update(x, r, J, s, loss):
        f, units = 0.5 * r @ r, np.linalg.norm(J, axis=0)
        trial = s.get("lambda", lam) / nu
        while True:
            new = x - damped(J / units, r, trial * np.ones_like(x)) / units
            if (new == x).all():
                break
            if loss(new) < f:
                x = new
                break
            trial *= nu
        s["lambda"] = trial
        return x

    return update


class MINPACK:
    """Where scipy.optimize.least_squares(method='lm') ends."""

    evaluations = losses = products = None
    text = "scipy least_squares(method='lm'), its end"

    def __init__(self, problem):
        self.r, self.jacobian = RESIDUALS[problem], JACOBIANS[problem]

    def start(self, x):
        found = scipy.optimize.least_squares(
            lambda p: np.array(self.r(p)), x, lambda p: np.array(self.jacobian(p)), method="lm",
            xtol=1e-15, ftol=1e-15, gtol=1e-15)
        self.end = [float(v) for v in found.x]

    def step(self, x, evaluate):
        return self.end

    def judged(self, x):
        return None


def squares(optimizer, text, update, problems, least=2):
    """Until the point is known to eight digits: what is tried after that is a matter of rounding."""
    for problem in problems.split():
        reference, (evaluate, x) = Squares(text, update, problem), PROBLEMS[problem]
        reference.start(x)
        steps, moved = 0, 1
        while steps < 20 and moved > 1e-8:
            before, x, steps = np.array(x), reference.step(x, evaluate), steps + 1
            moved = np.max(np.abs(x - before)) / np.max(np.abs(x))
        add(optimizer, reference, problem, list(range(1, steps + 1)), least=least)


class LBFGS:
    """optax.lbfgs, which asks for losses and gradients itself."""

    is_whole = True
    losses = products = None

    def __init__(self, text, problem, **arguments):
        self.text, self.optimizer = text, optax.lbfgs(**arguments)

    def start(self, x):
        self.x, self.path = x, None

    def run(self, evaluate):
        self.path, self.evaluations = [], []
        shape = (jax.ShapeDtypeStruct((), np.float64), jax.ShapeDtypeStruct((len(self.x),), np.float64))

        def ask(x):
            self.evaluations[-1] += 1
            loss, g = evaluate([float(v) for v in x])
            return np.float64(loss), np.array(g)

        @jax.custom_vjp
        def f(x):
            return jax.pure_callback(ask, shape, x)[0]

        f.defvjp(lambda x: jax.pure_callback(ask, shape, x), lambda g, v: (v * g,))

        @jax.jit
        def update(x, loss, g, state):
            updates, state = self.optimizer.update(g, state, x, value=loss, grad=g, value_fn=f)
            return optax.apply_updates(x, updates), state

        x = np.array(self.x)
        state = self.optimizer.init(x)
        for _ in range(40):
            self.evaluations.append(1)
            loss, g = evaluate([float(v) for v in x])
            if not any(g):
                # Nothing is left to be found; optax would ask once more.
                self.path.append([float(v) for v in x])
                continue
            x, state = update(x, loss, np.array(g), state)
            x = np.array(x)
            self.path.append([float(v) for v in x])

    def step(self, x, evaluate):
        if self.path is None:
            self.run(evaluate)
            self.t = 0
        self.t += 1
        return self.path[self.t - 1]

    def judged(self, x):
        return None


class Counted(_trustregion_ncg.CGSteihaugSubproblem):
    """Does not count the product that scipy asks for to know the model's value, which conjugate
    gradients know already."""

    counts = 1

    def __call__(self, p):
        Counted.counts = 0
        value = super().__call__(p)
        Counted.counts = 1
        return value


_trustregion_ncg.CGSteihaugSubproblem = Counted


def minimize(optimizer, text, method, problems=ALL, samples=None, least=2, **options):
    for problem in problems.split():
        reference = Minimize(text, method, **options)
        reference.problem = problem
        add(optimizer, reference, problem, samples or list(range(1, 31)), least=least)


def conjugate_gradient(beta, c1=1e-4, c2=0.1):
    """With beta(g, the next g), and a new beginning where a direction does not fall enough."""

    def update(x, g, s, t, evaluate):
        value = lambda p: evaluate([float(v) for v in p])[0]
        slope = lambda p: np.array(evaluate([float(v) for v in p])[1])
        loss = value(x)
        d = -g + s["beta"] * s["d"] if s else -g
        if d @ g > -0.01 * g @ g:
            d = -g
        before = s.get("loss", loss + np.linalg.norm(g) / 2)
        alpha, _, _, found, _, g1 = line_search_wolfe1(
            value, slope, x, d, g, loss, before, c1=c1, c2=c2, amin=1e-100, amax=1e100)
        if alpha is None:
            s.clear()
            return x
        s.update(d=d, beta=beta(g, g1), loss=loss)
        return x + alpha * d

    return update


def fletcher_reeves(g, g1):
    return g1 @ g1 / (g @ g)


def polak_ribiere(g, g1):
    return max(0, (g1 - g) @ g1 / (g @ g))


# --- estimates of the diagonal --------------------------------------------------------------------


def probe(t, n, kind):
    return Random(t).signs(n) if kind == "signs" else Random(t).normals(n)


class Diagonal:
    """A method that is handed v (Hv) every few steps: update(x, g, diagonal or None, t) -> x."""

    evaluations = losses = None

    def __init__(self, text, make, every=1, kind="signs"):
        self.text, self.make, self.every, self.kind = text, make, every, kind

    def start(self, x):
        self.t, self.products, self.update = 0, [], self.make(np.array(x))

    def step(self, x, evaluate):
        self.t += 1
        loss, g = evaluate(x)
        x, g, diagonal = np.array(x), np.array(g), None
        if (self.t - 1) % self.every == 0:
            v = probe(self.t, len(x), self.kind)
            diagonal = v * (np.array(HESSIANS[evaluate](x)) @ v)
        self.products.append(int(diagonal is not None))
        return [float(v) for v in self.update(x, g, diagonal, self.t)]

    def judged(self, x):
        return None


def of_torch(make, schedule=None):
    def start(x):
        parameter = torch.tensor(x)
        optimizer = make(parameter)
        scheduler = schedule and schedule(optimizer)

        def update(x, g, diagonal, t):
            parameter.data.copy_(torch.tensor(x))
            parameter.grad = torch.tensor(g)
            if diagonal is None:
                # An estimate of its own is never due: it counts its steps from where it is asked.
                optimizer.update_period = 10**9
                optimizer.step()
            else:
                optimizer.step(hessian=[torch.tensor(diagonal)])
            if scheduler:
                scheduler.step()
            return parameter.tolist()

        return update

    return start


def of_optax(**arguments):
    def start(x):
        handed = optax.GradientTransformationExtraArgs(
            lambda params: optax.EmptyState(),
            lambda g, state, params=None, diagonal=None, **rest: (diagonal, state))
        optimizer = optax.contrib.sophia(hessian_diagonal_fn=handed, **arguments)
        state = [optimizer.init(x)]

        @jax.jit
        def make(x, g, state, diagonal):
            updates, state = optimizer.update(g, state, x, diagonal=diagonal)
            return optax.apply_updates(x, updates), state

        def update(x, g, diagonal, t):
            x, state[0] = make(x, g, state[0], np.zeros_like(x) if diagonal is None else diagonal)
            return x

        return update

    return start


def adahessian(lr, betas=(0.9, 0.999), eps=1e-4, weight_decay=0.0, power=1.0):
    """optim_adahessian.py, from the estimate on."""
    lr = lr if callable(lr) else lambda t, lr=lr: lr

    def start(x):
        s = {"m": np.zeros_like(x), "v": np.zeros_like(x)}

        def update(x, g, diagonal, t):
            s["m"] = s["m"] * betas[0] + (1 - betas[0]) * g
            s["v"] = s["v"] * betas[1] + (1 - betas[1]) * diagonal * diagonal
            c1, c2 = 1 - betas[0] ** t, 1 - betas[1] ** t
            denom = np.sqrt(s["v"]) ** power / np.sqrt(c2) ** power + eps
            return x - lr(t) * (s["m"] / c1 / denom + weight_decay * x)

        return update

    return start


def sophia(lr, b1=0.965, b2=0.99, gamma=0.01, eps=1e-12, rho=1.0, weight_decay=0.1):
    """Algorithm 3 of arXiv 2305.14342 with algorithm 1 as its estimator."""
    lr = lr if callable(lr) else lambda t, lr=lr: lr

    def start(x):
        s = {"m": np.zeros_like(x), "h": np.zeros_like(x)}

        def update(x, g, diagonal, t):
            s["m"] = b1 * s["m"] + (1 - b1) * g
            if diagonal is not None:
                s["h"] = b2 * s["h"] + (1 - b2) * diagonal
            x = x - lr(t) * weight_decay * x
            return x - lr(t) * np.clip(s["m"] / np.maximum(gamma * s["h"], eps), -rho, rho)

        return update

    return start


# --- cases ----------------------------------------------------------------------------------------

minimize(term("bfgs"), "scipy BFGS", "BFGS", EVERYWHERE)
minimize(term("bfgs"), "scipy BFGS", "BFGS", "rosenbrock4", list(range(1, 16)))
minimize(term("bfgs@scipy"), "scipy BFGS", "BFGS", "rosenbrock himmelblau", gtol=1e-5)
minimize(term("bfgs", {"sufficientDecrease": 0.1, "flatness": 0.3}), "scipy BFGS(c1=0.1, c2=0.3)",
         "BFGS", EVERYWHERE, c1=0.1, c2=0.3)
# scipy looks for another length where the direction after the one that it found does not fall enough,
# which happens on rosenbrock and the quadratic
SEARCHED_ONCE = "beale himmelblau rosenbrock4"
minimize(term("conjugate-gradient"), "scipy CG", "CG", SEARCHED_ONCE)
minimize(term("conjugate-gradient@polak-ribiere"), "scipy CG", "CG", "beale")
minimize(term("conjugate-gradient@scipy"), "scipy CG", "CG", "himmelblau", gtol=1e-5)
minimize(term("conjugate-gradient", {"sufficientDecrease": 0.05, "flatness": 0.2}),
         "scipy CG(c1=0.05, c2=0.2)", "CG", SEARCHED_ONCE, c1=0.05, c2=0.2)
add(term("conjugate-gradient"),
    Transcribed("Nocedal and Wright 5.44", conjugate_gradient(polak_ribiere, c2=0.4)),
    "rosenbrock quadratic", list(range(1, 21)), least=2)
add(term("conjugate-gradient@fletcher-reeves"),
    Transcribed("Nocedal and Wright 5.4", conjugate_gradient(fletcher_reeves)), ALL,
    list(range(1, 21)), least=2)
minimize(term("trust-newton"), "scipy trust-ncg", "trust-ncg")
minimize(term("trust-newton@scipy"), "scipy trust-ncg", "trust-ncg", "beale")
minimize(term("trust-newton", {"radius": 0.3, "largestRadius": 0.5, "acceptance": 0.05}),
         "scipy trust-ncg(0.3, 0.5, eta=0.05)", "trust-ncg", samples=list(range(1, 21)), initial_trust_radius=0.3,
         max_trust_radius=0.5, eta=0.05)

# sums of squares
squares(term("gauss-newton"), "Nocedal and Wright 10.23", gauss_newton,
        "rosenbrock quadratic himmelblau rosenbrock4")
squares(term("levenberg-marquardt"), "Madsen et al. 2004", madsen(), ALL)
squares(term("levenberg-marquardt@nielsen", {"damping": 1.0}),
        "Madsen et al. 2004(damping 1)", madsen(1.0), ALL)
squares(term("levenberg-marquardt", {"scaling": "largest-diagonal", "damping": 0.1}),
        "Madsen et al. 2004(scaled as by More)", madsen(0.1, largest),
        "rosenbrock quadratic himmelblau rosenbrock4")
squares(term("levenberg-marquardt@marquardt"), "Marquardt 1963", marquardt(),
        "rosenbrock quadratic himmelblau rosenbrock4")
squares(term("levenberg-marquardt@marquardt", {"damping": 0.5, "factor": 4}),
        "Marquardt 1963(2, 4)", marquardt(2, 4), "rosenbrock quadratic himmelblau rosenbrock4")
for problem in ALL.split():
    add(term("levenberg-marquardt"), MINPACK(problem), problem, [60], tolerance=1e-9,
        why="both end where losses no longer tell points apart")

# lbfgs: in rosenbrock's valley the differences of which cubics are made multiply roundings a
# hundredfold more than a disturbance of what the search is told shows
for problem in ALL.split():
    add(term("lbfgs@optax"), LBFGS("optax lbfgs", problem), problem,
        list(range(1, {"rosenbrock": 11, "rosenbrock4": 12}.get(problem, 41))), least=10)
    add(term("lbfgs@optax", {"history": 3, "lr": 0.5}),
        LBFGS("optax lbfgs(0.5, memory 3)", problem, learning_rate=0.5, memory_size=3), problem,
        list(range(1, {"rosenbrock": 14, "rosenbrock4": 13}.get(problem, 41))), least=10)

# adahessian
for least, lr in ((1, 0.15), (7, 0.01)):
    add(term("adahessian", {"lr": lr}), Diagonal(f"amirgholami/adahessian({lr})", adahessian(lr)),
        samples=LONG_SAMPLES, least=least)
add(term("adahessian@author", {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-2,
                               "weightDecay": 0.05, "power": 0.5}),
    Diagonal("amirgholami/adahessian(0.02, (0.8, 0.99), 1e-2, 0.05, 0.5)",
             adahessian(0.02, (0.8, 0.99), 1e-2, 0.05, 0.5)), least=7)
add(term("adahessian", {"lr": 0.02}, schedules=[("lr", "exponential", {"gamma": 0.99})]),
    Diagonal("amirgholami/adahessian(0.02 0.99^t)", adahessian(lambda t: 0.02 * 0.99 ** (t - 1))),
    least=7)
add(term("adahessian@pytorch-optimizer", {"lr": 0.02, "weightDecay": 0.1, "every": 3}),
    Diagonal("pytorch_optimizer AdaHessian(0.02, every 3, decay 0.1)", of_torch(
        lambda x: pytorch_optimizer.AdaHessian([x], lr=0.02, weight_decay=0.1)), every=3),
    least=7)

# sophia
add(term("sophia", {"lr": 0.01}),
    Diagonal("arXiv 2305.14342", sophia(0.01), 10, "normal"), "rosenbrock quadratic beale",
    LONG_SAMPLES, least=7)
add(term("sophia", {"lr": 0.01}), Diagonal("arXiv 2305.14342", sophia(0.01), 10, "normal"),
    "himmelblau", LONG_SAMPLES[:9])
add(term("sophia", {"lr": 0.02, "beta1": 0.9, "beta2": 0.95, "gamma": 0.1, "epsilon": 1e-3,
                    "clip": 0.5, "weightDecay": 0.3, "every": 4, "probe": "signs"}),
    Diagonal("arXiv 2305.14342, other rates, signs",
             sophia(0.02, 0.9, 0.95, 0.1, 1e-3, 0.5, 0.3), 4, "signs"), least=7)
add(term("sophia", {"lr": 0.02}, schedules=[("lr", "exponential", {"gamma": 0.99})]),
    Diagonal("arXiv 2305.14342, 0.02 0.99^t", sophia(lambda t: 0.02 * 0.99 ** (t - 1)), 10,
             "normal"), least=7)
add(term("sophia@optax", {"lr": 0.01}),
    Diagonal("optax sophia(0.01)", of_optax(learning_rate=0.01), 10, "signs"),
    samples=LONG_SAMPLES, least=7)
add(term("sophia@optax", {"lr": 0.02, "beta1": 0.9, "beta2": 0.95, "gamma": 0.1, "epsilon": 1e-3,
                          "clip": 0.5, "weightDecay": 0.3, "every": 4}),
    Diagonal("optax sophia(0.02, other rates)", of_optax(
        learning_rate=0.02, b1=0.9, b2=0.95, gamma=0.1, eps=1e-3, clip_threshold=0.5,
        weight_decay=0.3, update_interval=4), 4, "signs"), least=7)
add(term("sophia@pytorch-optimizer"),
    Diagonal("pytorch_optimizer SophiaH", of_torch(
        lambda x: pytorch_optimizer.SophiaH([x])), 10, "normal"), least=7)
add(term("sophia@pytorch-optimizer", {"lr": 0.5, "weightDecay": 0.1}),
    Diagonal("pytorch_optimizer SophiaH(0.5, decay 0.1)", of_torch(
        lambda x: pytorch_optimizer.SophiaH([x], lr=0.5, weight_decay=0.1)), 10, "normal"), least=7)


# --- tensors: f has the Hessian I + 1/2 (of ones) -------------------------------------------------


def adahessian_tensors(lr, average):
    """optim_adahessian.py with its averages over kernels, in torch."""

    def make(tensors):
        rules = [adahessian(lr)(np.zeros(tuple(x.shape))) for x in tensors]
        t = 0

        def step(gradients):
            nonlocal t
            t += 1
            v = Random(t).signs(sum(x.numel() for x in tensors))
            products = v + 0.5 * v.sum()
            offset = 0
            for x, g, rule in zip(tensors, gradients, rules):
                here = slice(offset, offset + x.numel())
                offset += x.numel()
                diagonal = np.abs(v[here] * products[here]).reshape(tuple(x.shape))
                if average and x.dim() == 4:
                    diagonal = np.broadcast_to(
                        diagonal.mean(axis=(2, 3), keepdims=True), tuple(x.shape))
                x.data.copy_(torch.tensor(rule(x.numpy(), g.numpy(), diagonal, t)))

        return step

    return make


SHAPES = [(3, 2, 2, 2), (4, 3), (5,)]
golden.add_tensors(term("adahessian", {"lr": 0.02}), "amirgholami/adahessian", SHAPES,
                   adahessian_tensors(0.02, True))
golden.add_tensors(term("adahessian", {"lr": 0.02, "averaging": False}),
                   "amirgholami/adahessian without averages", SHAPES,
                   adahessian_tensors(0.02, False))

golden.write()
