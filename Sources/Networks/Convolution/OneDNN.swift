// oneDNN's C interface, as far as the lab needs it: primitives with the memory that they work on.

import COneDNN
import LinearAlgebra

/// A computation that oneDNN has compiled for fixed sizes, with the memory that it reads and
/// writes. Runs on one thread: the lab gives each core a run of its own.
final class OneDNNPrimitive {
  private let primitive: dnnl_primitive_t
  private let stream: dnnl_stream_t
  private var arguments: [dnnl_exec_arg_t] = []
  private let scratchpad: UnsafeMutablePointer<Float>

  /// - Parameters:
  ///   - description: what is computed; freed here.
  ///   - arguments: for each argument its `DNNL_ARG_` number and its layout in memory.
  init(
    _ description: dnnl_primitive_desc_t, arguments: [(role: Int32, layout: dnnl_memory_desc_t)]
  ) {
    var primitive: dnnl_primitive_t?
    checkOneDNN(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create")
    self.primitive = primitive!
    var stream: dnnl_stream_t?
    checkOneDNN(
      dnnl_stream_create(&stream, OneDNN.engine, UInt32(dnnl_stream_default_flags.rawValue)),
      "dnnl_stream_create")
    self.stream = stream!
    let scratchpadLayout = OneDNN.layout(of: dnnl_query_scratchpad_md, in: description)
    scratchpad = OneDNN.allocate(scratchpadLayout)
    dnnl_primitive_desc_destroy(description)
    for (role, layout) in arguments + [(DNNL_ARG_SCRATCHPAD, scratchpadLayout)] {
      var layout = layout
      var memory: dnnl_memory_t?
      checkOneDNN(
        dnnl_memory_create(&memory, &layout, OneDNN.engine, nil), "dnnl_memory_create")
      self.arguments.append(dnnl_exec_arg_t(arg: role, memory: memory))
    }
    bind(self.arguments.count - 1, to: scratchpad)
  }

  deinit {
    for argument in arguments { dnnl_memory_destroy(argument.memory) }
    dnnl_primitive_destroy(primitive)
    dnnl_stream_destroy(stream)
    free(aligned: scratchpad)
  }

  /// Sets where an argument lies, by its place in the list that the primitive was made with.
  func bind(_ place: Int, to pointer: UnsafePointer<Float>) {
    checkOneDNN(
      dnnl_memory_set_data_handle(
        arguments[place].memory, UnsafeMutableRawPointer(mutating: pointer)),
      "dnnl_memory_set_data_handle")
  }

  /// Computes.
  func execute() {
    useOneThreadForOneDNN()
    checkOneDNN(
      dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments),
      "dnnl_primitive_execute")
    dnnl_stream_wait(stream)
  }
}

enum OneDNN {
  /// The processor.
  static nonisolated(unsafe) let engine: dnnl_engine_t = {
    var engine: dnnl_engine_t?
    checkOneDNN(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
    return engine!
  }()

  /// Dense memory of `shape` in the order that `tag` names.
  static func layout(_ shape: [Int], _ tag: dnnl_format_tag_t) -> dnnl_memory_desc_t {
    var layout = dnnl_memory_desc_t()
    let axes = shape.map(Int64.init)
    checkOneDNN(
      dnnl_memory_desc_init_by_tag(&layout, Int32(axes.count), axes, dnnl_f32, tag),
      "dnnl_memory_desc_init_by_tag")
    return layout
  }

  /// The layout that a primitive has chosen for one of its arguments.
  static func layout(of argument: dnnl_query_t, in description: dnnl_primitive_desc_t)
    -> dnnl_memory_desc_t
  {
    dnnl_primitive_desc_query_md(description, argument, 0)?.pointee ?? dnnl_memory_desc_t()
  }

  /// Memory for a layout.
  static func allocate(_ layout: dnnl_memory_desc_t) -> UnsafeMutablePointer<Float> {
    withUnsafePointer(to: layout) {
      allocateAligned((dnnl_memory_desc_get_size($0) + 3) / 4)
    }
  }

  /// The description of a computation from one of oneDNN's operation descriptors.
  static func describe(_ operation: UnsafeRawPointer, hint: dnnl_primitive_desc_t? = nil)
    -> dnnl_primitive_desc_t
  {
    describe {
      dnnl_primitive_desc_create($0, operation, $1, engine, hint)
    }
  }

  /// A copy from one layout to another.
  static func reorder(from: dnnl_memory_desc_t, to: dnnl_memory_desc_t) -> OneDNNPrimitive {
    var (source, target) = (from, to)
    let description = describe {
      dnnl_reorder_primitive_desc_create($0, &source, engine, &target, engine, $1)
    }
    return OneDNNPrimitive(description, arguments: [(DNNL_ARG_FROM, from), (DNNL_ARG_TO, to)])
  }

  /// Scratch memory is ours, so that a primitive may be run on another thread than it was made on.
  /// How work is divided among threads is decided here, not when it is done.
  private static func describe(
    _ create: (UnsafeMutablePointer<dnnl_primitive_desc_t?>, dnnl_primitive_attr_t?) ->
      dnnl_status_t
  ) -> dnnl_primitive_desc_t {
    useOneThreadForOneDNN()
    var attributes: dnnl_primitive_attr_t?
    checkOneDNN(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
    defer { dnnl_primitive_attr_destroy(attributes) }
    checkOneDNN(
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
      "dnnl_primitive_attr_set_scratchpad_mode")
    var description: dnnl_primitive_desc_t?
    checkOneDNN(create(&description, attributes), "dnnl_primitive_desc_create")
    return description!
  }
}
