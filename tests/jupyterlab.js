/* What the tests do and look at in JupyterLab and JupyterLite. */

/* Open a page, run it if it has code, give what is to be seen, and close it. */
export async function read(path) {
  const late = new Promise((resolve, fail) => setTimeout(() => fail(Error(`${path} waits`)), 180_000));
  const until = async ready => {
    for (let tries = 0; tries < 100 && !ready(); tries++) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  };
  const read = async () => {
    const {commands, shell} = window.jupyterapp, isText = path.endsWith(".md");
    const factory = isText ? "Markdown Preview" : "Notebook";
    const widget = await commands.execute("docmanager:open", {path, factory});
    const {context: {model, sessionContext}, content} = widget;
    await Promise.all([widget.context.ready, widget.revealed]);
    if (!isText) content.notebookConfig = {...content.notebookConfig, windowingMode: "none"}; // draw all
    const texts = isText ? ".jp-RenderedMarkdown" : ".jp-MarkdownOutput", output = ".jp-OutputArea-output";
    const cells = isText ? [] : content.widgets, source = cell => cell.model.sharedModel.source;
    const all = (selector, get) => [...widget.node.querySelectorAll(selector)].map(get);
    const code = cells.filter(cell => cell.model.type === "code");
    const solutions = cells.filter(cell => source(cell).startsWith("##### Solution"));
    const open = () => solutions.filter(cell => !cells[cells.indexOf(cell) + 1]?.isHidden).map(source);
    const explorers = code.filter(cell => /^(?:\w+ = )?ex\.[A-Z]/m.test(source(cell))).length;
    const drawn = () => all(`${output} .agml .numbers`, part => part.innerText).filter(Boolean).length;
    const waiting = () =>
      all(output, part => part.innerText)
        .filter(text => /Loading widget|Error displaying/.test(text));
    const read = () => all(texts, part => part.innerText);
    const front = () => shell.currentWidget === widget || void shell.activateById(widget.id);
    await until(front); // the start page opens late, and commands are for the page in front
    await until(() => !open().length); // JupyterLab folds what is to be folded after it has shown it
    if (!isText) {
      await sessionContext.ready;
      await sessionContext.session.kernel.info;
    }
    const before = {kernel: sessionContext.session?.kernel.name, dirty: model.dirty};
    if (!isText) await commands.execute("notebook:run-all-cells");
    before.open = open();
    if (!isText) await commands.execute("notebook:expand-all-headings"); // what is hidden isn't drawn
    await until(() =>
      front() && all("img", image => image.complete).every(Boolean) && read().every(Boolean)
      && drawn() === explorers && !waiting().length
    );
    await document.fonts.ready;
    const seen = {
      ...before,
      explorers,
      dialogs: document.querySelectorAll(".jp-Dialog").length,
      waiting: waiting(),
      drawn: drawn(),
      texts: read(),
      bad: all(`${output}[data-mime-type*=stderr], ${output}[data-mime-type*=".error"], mjx-merror`,
        part => part.dataset.mjxError ?? part.textContent),
      outputs: code.map(cell =>
        cell.model.outputs.toJSON()
          .map(one => one.text ?? one.data?.["text/markdown"] ?? []).flat().join("")
      ),
      pictures: all(`${output} img`, image => [image.getBoundingClientRect().width, image.naturalWidth]),
      links: all(`${texts} a[href]`, link => link.getAttribute("href")),
      places: [...all("[id], [data-jupyter-id]", part => part.dataset.jupyterId ?? part.id),
        ...cells.map(cell => `cell-id=${cell.model.id}`)],
      fonts: [...document.fonts].filter(font => font.status === "loaded").map(font => font.family),
    };
    await sessionContext.shutdown();
    model.dirty = false;
    widget.dispose();
    return seen;
  };
  return Promise.race([late, read()]);
}

/* Run code in the kernel of the page in front, and give what it prints. */
export async function run(code) {
  const said = [],
    run = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
  run.onIOPub = ({content}) => said.push(content.text ?? content.evalue ?? "");
  await run.done;
  return said.join("");
}

/* Run all cells of the page in front; give what was printed before, and what is now. */
export async function runAll() {
  const {commands, shell: {currentWidget: {content: {widgets}}}} = window.jupyterapp;
  const cells = widgets.filter(cell => cell.model.type === "code").map(cell => cell.model.outputs);
  const lines = () => cells.map(one => one.toJSON().map(({text}) => [text ?? ""].flat().join("")).join(""));
  const saved = lines();
  await commands.execute("notebook:run-all-cells");
  return [saved, lines()];
}
