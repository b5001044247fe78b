import org.codelibs.opensearch.runner.OpenSearchRunner;
import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

/**
 * One node on loopback: `Server PORT TRANSPORT-PORT DIRECTORY`. It runs until it is killed. The module of analysers is left
 * out: it wants Thai of its Java, which this one has not; those of the server itself are there.
 */
public final class Server {
    public static void main(String[] arguments) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", arguments[0]);
            settings.put("transport.port", arguments[1]);
            settings.putList("discovery.seed_hosts");
            settings.putList("cluster.initial_cluster_manager_nodes", "Node 1");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
        }).build(newConfigs().clusterName("rig").numOfNode(1).basePath(arguments[2]).disableESLogger()
            .moduleTypes("org.opensearch.transport.Netty4ModulePlugin,org.opensearch.index.mapper.MapperExtrasModulePlugin"));
        Thread.currentThread().join();
    }
}
