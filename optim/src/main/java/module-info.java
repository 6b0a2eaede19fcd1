/// Optimizers, with ALI-G at the centre.
module aligrad.optim {
    requires static transitive org.jspecify;
    requires transitive aligrad.autograd;

    exports aligrad.optim;
}
