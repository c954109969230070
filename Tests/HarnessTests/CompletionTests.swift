// What a shell offers while a selection is typed.

import OptimizerKit
import Plugins
import Testing

@testable import Harness

@Suite struct CompletionTests {
  private let catalogue = PluginCatalogue.builtIn()

  @Test(arguments: [
    ("adamw", ["adamw"]), ("sgd,nester", ["sgd,nesterov"]), ("adam@opt", ["adam@optax"]),
    ("adam[beta", ["adam[beta1=", "adam[beta2="]),
    ("adam[lr=1e-2;beta1", ["adam[lr=1e-2;beta1="]),
    ("adam@optax[eps", ["adam@optax[epsilon=", "adam@optax[epsilonRoot="]),
    ("muon[scaling=match", ["muon[scaling=match-rms-adamw"]),
    ("adam[amsgrad=", ["adam[amsgrad=true", "adam[amsgrad=false"]),
    ("momentum:invers", ["momentum:inverse-time"]), ("momentum:damp", ["momentum:dampening="]),
    ("momentum:momentum=ram", ["momentum:momentum=ramp"]),
    ("sgd:warm", ["sgd:warmup"]),
    ("sgd:warmup[steps=10]+expo", ["sgd:warmup[steps=10]+exponential"]),
    ("sgd:warmup[sta", ["sgd:warmup[start="]),
    ("sam(clip(rmspr", ["sam(clip(rmsprop"]),
    ("sam[rho=1](adam[wei", ["sam[rho=1](adam[weightDecay="]),
    ("sam(adam),rmsp", ["sam(adam),rmsprop"]), ("nosuch[", []), ("adam[nosuch=", []),
  ])
  func selections(_ text: String, _ expected: [String]) {
    #expect(Set(catalogue.completions(of: text, kinds: [.optimizer])).isSuperset(of: expected))
    if expected.count < 2, expected.first.map({ !$0.hasSuffix("inverse-time") }) ?? true {
      #expect(catalogue.completions(of: text, kinds: [.optimizer]).sorted() == expected)
    }
  }

  @Test func everyNameIsOffered() {
    let names = catalogue.completions(of: "", kinds: [.problem])
    #expect(names == catalogue.problems.map(\.name))
    #expect(
      catalogue.completions(of: "rosenbrock,quadratic[cond", kinds: [.problem])
        == ["rosenbrock,quadratic[condition="])
  }
}
