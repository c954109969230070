// A convolution in single precision, by oneDNN.

import COneDNN
import LinearAlgebra

/// oneDNN's convolution over images whose channels lie innermost.
///
/// Weights are brought into the layout that oneDNN asks for once in each pass, and their gradient
/// back. Primitives are compiled when a number of examples is first seen, and kept.
final class OneDNNConvolution: LinearArithmetic {
  typealias Scalar = Float

  private let geometry: ConvolutionGeometry
  private let hasBias: Bool
  private var compiled: [Int: CompiledConvolution] = [:]
  private var last: (examples: Int, kernels: CompiledConvolution)?

  init(_ geometry: ConvolutionGeometry, hasBias: Bool) {
    self.geometry = geometry
    self.hasBias = hasBias
  }

  func forward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, examples: Int
  ) {
    kernels(examples).forward(input, weights: weights, bias: bias, output: output)
  }

  func backward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, examples: Int
  ) {
    let kernels = kernels(examples)
    if let weightGradient {
      kernels.weightGradient(input, outputGradient: outputGradient, into: weightGradient)
    }
    if let inputGradient {
      kernels.inputGradient(weights: weights, outputGradient: outputGradient, into: inputGradient)
    }
  }

  private func kernels(_ examples: Int) -> CompiledConvolution {
    if let last, last.examples == examples { return last.kernels }
    let kernels =
      compiled[examples]
      ?? CompiledConvolution(geometry, hasBias: hasBias, examples: examples)
    compiled[examples] = kernels
    last = (examples, kernels)
    return kernels
  }
}

/// The three computations of a convolution, for one number of examples.
private final class CompiledConvolution {
  private let forwardPass: OneDNNPrimitive
  private let weightPass: OneDNNPrimitive
  private let inputPass: OneDNNPrimitive
  // Weights, and their gradient, in the layouts that the three ask for.
  private let forwardWeights: ReorderedMemory
  private let inputWeights: ReorderedMemory
  private let gradient: ReorderedMemory

  init(_ geometry: ConvolutionGeometry, hasBias: Bool, examples: Int) {
    let filter = geometry.filter
    let source = OneDNN.layout([examples] + geometry.input.axes, dnnl_acdb)
    let target = OneDNN.layout([examples] + geometry.output.axes, dnnl_acdb)
    let axes = [geometry.output.channels, geometry.input.channels, filter.size, filter.size]
    let plain = OneDNN.layout(axes, dnnl_abcd)
    let any = OneDNN.layout(axes, dnnl_format_tag_any)
    let bias = hasBias ? OneDNN.layout([geometry.output.channels], dnnl_a) : dnnl_memory_desc_t()
    let strides = [Int64](repeating: Int64(filter.stride), count: 2)
    let padding = [Int64](repeating: Int64(filter.padding), count: 2)

    var (src, wei, dst, b) = (source, any, target, bias)
    var operation = dnnl_convolution_desc_t()
    checkOneDNN(
      dnnl_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &src, &wei, &b, &dst, strides,
        padding, padding), "dnnl_convolution_forward_desc_init")
    let forward = OneDNN.describe(&operation)
    let weights = OneDNN.layout(of: dnnl_query_weights_md, in: forward)

    checkOneDNN(
      dnnl_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &src, &wei, nil, &dst, strides, padding, padding),
      "dnnl_convolution_backward_weights_desc_init")
    let backwardWeights = OneDNN.describe(&operation, hint: forward)
    let difference = OneDNN.layout(of: dnnl_query_diff_weights_md, in: backwardWeights)

    checkOneDNN(
      dnnl_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &src, &wei, &dst, strides, padding, padding),
      "dnnl_convolution_backward_data_desc_init")
    let backwardInput = OneDNN.describe(&operation, hint: forward)
    let transposed = OneDNN.layout(of: dnnl_query_weights_md, in: backwardInput)

    forwardWeights = ReorderedMemory(plain: plain, layout: weights, from: .plain)
    gradient = ReorderedMemory(plain: plain, layout: difference, from: .reordered)
    inputWeights = ReorderedMemory(plain: plain, layout: transposed, from: .plain)
    forwardPass = OneDNNPrimitive(
      forward,
      arguments: [
        (DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS, weights), (DNNL_ARG_DST, target),
      ] + (hasBias ? [(DNNL_ARG_BIAS, bias)] : []))
    weightPass = OneDNNPrimitive(
      backwardWeights,
      arguments: [
        (DNNL_ARG_SRC, source), (DNNL_ARG_DIFF_DST, target), (DNNL_ARG_DIFF_WEIGHTS, difference),
      ])
    inputPass = OneDNNPrimitive(
      backwardInput,
      arguments: [
        (DNNL_ARG_DIFF_DST, target), (DNNL_ARG_WEIGHTS, transposed), (DNNL_ARG_DIFF_SRC, source),
      ])
    forwardPass.bind(1, to: forwardWeights.memory)
    weightPass.bind(2, to: gradient.memory)
    inputPass.bind(1, to: inputWeights.memory)
  }

  func forward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>
  ) {
    forwardWeights.copy(weights)
    forwardPass.bind(0, to: input)
    forwardPass.bind(2, to: output)
    if let bias { forwardPass.bind(3, to: bias) }
    forwardPass.execute()
  }

  func weightGradient(
    _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    weightPass.bind(0, to: input)
    weightPass.bind(1, to: outputGradient)
    weightPass.execute()
    gradient.copy(target)
  }

  func inputGradient(
    weights: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    inputWeights.copy(weights)
    inputPass.bind(0, to: outputGradient)
    inputPass.bind(2, to: target)
    inputPass.execute()
  }
}

/// A tensor of the parameter vector in a layout of oneDNN's.
private final class ReorderedMemory {
  enum Direction { case plain, reordered }

  /// The tensor in oneDNN's layout.
  let memory: UnsafeMutablePointer<Float>
  private let reorder: OneDNNPrimitive
  private let place: Int  // of the plain argument

  /// - Parameter from: the side that is copied from.
  init(plain: dnnl_memory_desc_t, layout: dnnl_memory_desc_t, from side: Direction) {
    memory = OneDNN.allocate(layout)
    switch side {
    case .plain: (reorder, place) = (OneDNN.reorder(from: plain, to: layout), 0)
    case .reordered: (reorder, place) = (OneDNN.reorder(from: layout, to: plain), 1)
    }
    reorder.bind(1 - place, to: memory)
  }

  deinit { free(aligned: memory) }

  /// Copies between the tensor at `plain` and `memory`.
  func copy(_ plain: UnsafePointer<Float>) {
    reorder.bind(place, to: plain)
    reorder.execute()
  }
}
