package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class NodesTest {

    @Test
    void findsEveryTensorByIdentity() {
        Nodes nodes = new Nodes();
        Node[] added = new Node[2000]; // more than fit at first
        for (int i = 0; i < added.length; i++) {
            Tensor tensor = Tensor.ones(1);
            assertThat(nodes.find(tensor)).isNull();
            added[i] = new Node(tensor);
            nodes.add(added[i]);
        }
        for (Node node : added) {
            assertThat(nodes.find(node.tensor)).isSameAs(node);
        }
        assertThat(nodes.find(Tensor.ones(1))).isNull();
    }
}
