/// Layers, initial values, losses and model building blocks.
module aligrad.nn {
    requires static transitive org.jspecify;
    requires transitive aligrad.autograd;

    exports aligrad.nn;
}
