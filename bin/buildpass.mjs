#!/usr/bin/env node
// Made by "npm run build:cli" from cli/: edit that.
import { createRequire as makeRequire } from 'node:module'
const require = makeRequire(import.meta.url)
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
  get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
}) : x)(function(x) {
  if (typeof require !== "undefined") return require.apply(this, arguments);
  throw Error('Dynamic require of "' + x + '" is not supported');
});
var __commonJS = (cb, mod) => function __require2() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// node_modules/commander/lib/error.js
var require_error = __commonJS({
  "node_modules/commander/lib/error.js"(exports) {
    var CommanderError2 = class extends Error {
      /**
       * Constructs the CommanderError class
       * @param {number} exitCode suggested exit code which could be used with process.exit
       * @param {string} code an id string representing the error
       * @param {string} message human-readable description of the error
       */
      constructor(exitCode, code, message) {
        super(message);
        Error.captureStackTrace(this, this.constructor);
        this.name = this.constructor.name;
        this.code = code;
        this.exitCode = exitCode;
        this.nestedError = void 0;
      }
    };
    var InvalidArgumentError2 = class extends CommanderError2 {
      /**
       * Constructs the InvalidArgumentError class
       * @param {string} [message] explanation of why argument is invalid
       */
      constructor(message) {
        super(1, "commander.invalidArgument", message);
        Error.captureStackTrace(this, this.constructor);
        this.name = this.constructor.name;
      }
    };
    exports.CommanderError = CommanderError2;
    exports.InvalidArgumentError = InvalidArgumentError2;
  }
});

// node_modules/commander/lib/argument.js
var require_argument = __commonJS({
  "node_modules/commander/lib/argument.js"(exports) {
    var { InvalidArgumentError: InvalidArgumentError2 } = require_error();
    var Argument2 = class {
      /**
       * Initialize a new command argument with the given name and description.
       * The default is that the argument is required, and you can explicitly
       * indicate this with <> around the name. Put [] around the name for an optional argument.
       *
       * @param {string} name
       * @param {string} [description]
       */
      constructor(name, description) {
        this.description = description || "";
        this.variadic = false;
        this.parseArg = void 0;
        this.defaultValue = void 0;
        this.defaultValueDescription = void 0;
        this.argChoices = void 0;
        switch (name[0]) {
          case "<":
            this.required = true;
            this._name = name.slice(1, -1);
            break;
          case "[":
            this.required = false;
            this._name = name.slice(1, -1);
            break;
          default:
            this.required = true;
            this._name = name;
            break;
        }
        if (this._name.endsWith("...")) {
          this.variadic = true;
          this._name = this._name.slice(0, -3);
        }
      }
      /**
       * Return argument name.
       *
       * @return {string}
       */
      name() {
        return this._name;
      }
      /**
       * @package
       */
      _collectValue(value, previous) {
        if (previous === this.defaultValue || !Array.isArray(previous)) {
          return [value];
        }
        previous.push(value);
        return previous;
      }
      /**
       * Set the default value, and optionally supply the description to be displayed in the help.
       *
       * @param {*} value
       * @param {string} [description]
       * @return {Argument}
       */
      default(value, description) {
        this.defaultValue = value;
        this.defaultValueDescription = description;
        return this;
      }
      /**
       * Set the custom handler for processing CLI command arguments into argument values.
       *
       * @param {Function} [fn]
       * @return {Argument}
       */
      argParser(fn) {
        this.parseArg = fn;
        return this;
      }
      /**
       * Only allow argument value to be one of choices.
       *
       * @param {string[]} values
       * @return {Argument}
       */
      choices(values) {
        this.argChoices = values.slice();
        this.parseArg = (arg, previous) => {
          if (!this.argChoices.includes(arg)) {
            throw new InvalidArgumentError2(
              `Allowed choices are ${this.argChoices.join(", ")}.`
            );
          }
          if (this.variadic) {
            return this._collectValue(arg, previous);
          }
          return arg;
        };
        return this;
      }
      /**
       * Make argument required.
       *
       * @returns {Argument}
       */
      argRequired() {
        this.required = true;
        return this;
      }
      /**
       * Make argument optional.
       *
       * @returns {Argument}
       */
      argOptional() {
        this.required = false;
        return this;
      }
    };
    function humanReadableArgName(arg) {
      const nameOutput = arg.name() + (arg.variadic === true ? "..." : "");
      return arg.required ? "<" + nameOutput + ">" : "[" + nameOutput + "]";
    }
    exports.Argument = Argument2;
    exports.humanReadableArgName = humanReadableArgName;
  }
});

// node_modules/commander/lib/help.js
var require_help = __commonJS({
  "node_modules/commander/lib/help.js"(exports) {
    var { humanReadableArgName } = require_argument();
    var Help2 = class {
      constructor() {
        this.helpWidth = void 0;
        this.minWidthToWrap = 40;
        this.sortSubcommands = false;
        this.sortOptions = false;
        this.showGlobalOptions = false;
      }
      /**
       * prepareContext is called by Commander after applying overrides from `Command.configureHelp()`
       * and just before calling `formatHelp()`.
       *
       * Commander just uses the helpWidth and the rest is provided for optional use by more complex subclasses.
       *
       * @param {{ error?: boolean, helpWidth?: number, outputHasColors?: boolean }} contextOptions
       */
      prepareContext(contextOptions) {
        this.helpWidth = this.helpWidth ?? contextOptions.helpWidth ?? 80;
      }
      /**
       * Get an array of the visible subcommands. Includes a placeholder for the implicit help command, if there is one.
       *
       * @param {Command} cmd
       * @returns {Command[]}
       */
      visibleCommands(cmd) {
        const visibleCommands = cmd.commands.filter((cmd2) => !cmd2._hidden);
        const helpCommand = cmd._getHelpCommand();
        if (helpCommand && !helpCommand._hidden) {
          visibleCommands.push(helpCommand);
        }
        if (this.sortSubcommands) {
          visibleCommands.sort((a, b) => {
            return a.name().localeCompare(b.name());
          });
        }
        return visibleCommands;
      }
      /**
       * Compare options for sort.
       *
       * @param {Option} a
       * @param {Option} b
       * @returns {number}
       */
      compareOptions(a, b) {
        const getSortKey = (option) => {
          return option.short ? option.short.replace(/^-/, "") : option.long.replace(/^--/, "");
        };
        return getSortKey(a).localeCompare(getSortKey(b));
      }
      /**
       * Get an array of the visible options. Includes a placeholder for the implicit help option, if there is one.
       *
       * @param {Command} cmd
       * @returns {Option[]}
       */
      visibleOptions(cmd) {
        const visibleOptions = cmd.options.filter((option) => !option.hidden);
        const helpOption = cmd._getHelpOption();
        if (helpOption && !helpOption.hidden) {
          const removeShort = helpOption.short && cmd._findOption(helpOption.short);
          const removeLong = helpOption.long && cmd._findOption(helpOption.long);
          if (!removeShort && !removeLong) {
            visibleOptions.push(helpOption);
          } else if (helpOption.long && !removeLong) {
            visibleOptions.push(
              cmd.createOption(helpOption.long, helpOption.description)
            );
          } else if (helpOption.short && !removeShort) {
            visibleOptions.push(
              cmd.createOption(helpOption.short, helpOption.description)
            );
          }
        }
        if (this.sortOptions) {
          visibleOptions.sort(this.compareOptions);
        }
        return visibleOptions;
      }
      /**
       * Get an array of the visible global options. (Not including help.)
       *
       * @param {Command} cmd
       * @returns {Option[]}
       */
      visibleGlobalOptions(cmd) {
        if (!this.showGlobalOptions) return [];
        const globalOptions = [];
        for (let ancestorCmd = cmd.parent; ancestorCmd; ancestorCmd = ancestorCmd.parent) {
          const visibleOptions = ancestorCmd.options.filter(
            (option) => !option.hidden
          );
          globalOptions.push(...visibleOptions);
        }
        if (this.sortOptions) {
          globalOptions.sort(this.compareOptions);
        }
        return globalOptions;
      }
      /**
       * Get an array of the arguments if any have a description.
       *
       * @param {Command} cmd
       * @returns {Argument[]}
       */
      visibleArguments(cmd) {
        if (cmd._argsDescription) {
          cmd.registeredArguments.forEach((argument) => {
            argument.description = argument.description || cmd._argsDescription[argument.name()] || "";
          });
        }
        if (cmd.registeredArguments.find((argument) => argument.description)) {
          return cmd.registeredArguments;
        }
        return [];
      }
      /**
       * Get the command term to show in the list of subcommands.
       *
       * @param {Command} cmd
       * @returns {string}
       */
      subcommandTerm(cmd) {
        const args = cmd.registeredArguments.map((arg) => humanReadableArgName(arg)).join(" ");
        return cmd._name + (cmd._aliases[0] ? "|" + cmd._aliases[0] : "") + (cmd.options.length ? " [options]" : "") + // simplistic check for non-help option
        (args ? " " + args : "");
      }
      /**
       * Get the option term to show in the list of options.
       *
       * @param {Option} option
       * @returns {string}
       */
      optionTerm(option) {
        return option.flags;
      }
      /**
       * Get the argument term to show in the list of arguments.
       *
       * @param {Argument} argument
       * @returns {string}
       */
      argumentTerm(argument) {
        return argument.name();
      }
      /**
       * Get the longest command term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestSubcommandTermLength(cmd, helper) {
        return helper.visibleCommands(cmd).reduce((max, command) => {
          return Math.max(
            max,
            this.displayWidth(
              helper.styleSubcommandTerm(helper.subcommandTerm(command))
            )
          );
        }, 0);
      }
      /**
       * Get the longest option term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestOptionTermLength(cmd, helper) {
        return helper.visibleOptions(cmd).reduce((max, option) => {
          return Math.max(
            max,
            this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option)))
          );
        }, 0);
      }
      /**
       * Get the longest global option term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestGlobalOptionTermLength(cmd, helper) {
        return helper.visibleGlobalOptions(cmd).reduce((max, option) => {
          return Math.max(
            max,
            this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option)))
          );
        }, 0);
      }
      /**
       * Get the longest argument term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestArgumentTermLength(cmd, helper) {
        return helper.visibleArguments(cmd).reduce((max, argument) => {
          return Math.max(
            max,
            this.displayWidth(
              helper.styleArgumentTerm(helper.argumentTerm(argument))
            )
          );
        }, 0);
      }
      /**
       * Get the command usage to be displayed at the top of the built-in help.
       *
       * @param {Command} cmd
       * @returns {string}
       */
      commandUsage(cmd) {
        let cmdName = cmd._name;
        if (cmd._aliases[0]) {
          cmdName = cmdName + "|" + cmd._aliases[0];
        }
        let ancestorCmdNames = "";
        for (let ancestorCmd = cmd.parent; ancestorCmd; ancestorCmd = ancestorCmd.parent) {
          ancestorCmdNames = ancestorCmd.name() + " " + ancestorCmdNames;
        }
        return ancestorCmdNames + cmdName + " " + cmd.usage();
      }
      /**
       * Get the description for the command.
       *
       * @param {Command} cmd
       * @returns {string}
       */
      commandDescription(cmd) {
        return cmd.description();
      }
      /**
       * Get the subcommand summary to show in the list of subcommands.
       * (Fallback to description for backwards compatibility.)
       *
       * @param {Command} cmd
       * @returns {string}
       */
      subcommandDescription(cmd) {
        return cmd.summary() || cmd.description();
      }
      /**
       * Get the option description to show in the list of options.
       *
       * @param {Option} option
       * @return {string}
       */
      optionDescription(option) {
        const extraInfo = [];
        if (option.argChoices) {
          extraInfo.push(
            // use stringify to match the display of the default value
            `choices: ${option.argChoices.map((choice) => JSON.stringify(choice)).join(", ")}`
          );
        }
        if (option.defaultValue !== void 0) {
          const showDefault = option.required || option.optional || option.isBoolean() && typeof option.defaultValue === "boolean";
          if (showDefault) {
            extraInfo.push(
              `default: ${option.defaultValueDescription || JSON.stringify(option.defaultValue)}`
            );
          }
        }
        if (option.presetArg !== void 0 && option.optional) {
          extraInfo.push(`preset: ${JSON.stringify(option.presetArg)}`);
        }
        if (option.envVar !== void 0) {
          extraInfo.push(`env: ${option.envVar}`);
        }
        if (extraInfo.length > 0) {
          const extraDescription = `(${extraInfo.join(", ")})`;
          if (option.description) {
            return `${option.description} ${extraDescription}`;
          }
          return extraDescription;
        }
        return option.description;
      }
      /**
       * Get the argument description to show in the list of arguments.
       *
       * @param {Argument} argument
       * @return {string}
       */
      argumentDescription(argument) {
        const extraInfo = [];
        if (argument.argChoices) {
          extraInfo.push(
            // use stringify to match the display of the default value
            `choices: ${argument.argChoices.map((choice) => JSON.stringify(choice)).join(", ")}`
          );
        }
        if (argument.defaultValue !== void 0) {
          extraInfo.push(
            `default: ${argument.defaultValueDescription || JSON.stringify(argument.defaultValue)}`
          );
        }
        if (extraInfo.length > 0) {
          const extraDescription = `(${extraInfo.join(", ")})`;
          if (argument.description) {
            return `${argument.description} ${extraDescription}`;
          }
          return extraDescription;
        }
        return argument.description;
      }
      /**
       * Format a list of items, given a heading and an array of formatted items.
       *
       * @param {string} heading
       * @param {string[]} items
       * @param {Help} helper
       * @returns string[]
       */
      formatItemList(heading, items, helper) {
        if (items.length === 0) return [];
        return [helper.styleTitle(heading), ...items, ""];
      }
      /**
       * Group items by their help group heading.
       *
       * @param {Command[] | Option[]} unsortedItems
       * @param {Command[] | Option[]} visibleItems
       * @param {Function} getGroup
       * @returns {Map<string, Command[] | Option[]>}
       */
      groupItems(unsortedItems, visibleItems, getGroup) {
        const result = /* @__PURE__ */ new Map();
        unsortedItems.forEach((item) => {
          const group = getGroup(item);
          if (!result.has(group)) result.set(group, []);
        });
        visibleItems.forEach((item) => {
          const group = getGroup(item);
          if (!result.has(group)) {
            result.set(group, []);
          }
          result.get(group).push(item);
        });
        return result;
      }
      /**
       * Generate the built-in help text.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {string}
       */
      formatHelp(cmd, helper) {
        const termWidth = helper.padWidth(cmd, helper);
        const helpWidth = helper.helpWidth ?? 80;
        function callFormatItem(term, description) {
          return helper.formatItem(term, termWidth, description, helper);
        }
        let output = [
          `${helper.styleTitle("Usage:")} ${helper.styleUsage(helper.commandUsage(cmd))}`,
          ""
        ];
        const commandDescription = helper.commandDescription(cmd);
        if (commandDescription.length > 0) {
          output = output.concat([
            helper.boxWrap(
              helper.styleCommandDescription(commandDescription),
              helpWidth
            ),
            ""
          ]);
        }
        const argumentList = helper.visibleArguments(cmd).map((argument) => {
          return callFormatItem(
            helper.styleArgumentTerm(helper.argumentTerm(argument)),
            helper.styleArgumentDescription(helper.argumentDescription(argument))
          );
        });
        output = output.concat(
          this.formatItemList("Arguments:", argumentList, helper)
        );
        const optionGroups = this.groupItems(
          cmd.options,
          helper.visibleOptions(cmd),
          (option) => option.helpGroupHeading ?? "Options:"
        );
        optionGroups.forEach((options2, group) => {
          const optionList = options2.map((option) => {
            return callFormatItem(
              helper.styleOptionTerm(helper.optionTerm(option)),
              helper.styleOptionDescription(helper.optionDescription(option))
            );
          });
          output = output.concat(this.formatItemList(group, optionList, helper));
        });
        if (helper.showGlobalOptions) {
          const globalOptionList = helper.visibleGlobalOptions(cmd).map((option) => {
            return callFormatItem(
              helper.styleOptionTerm(helper.optionTerm(option)),
              helper.styleOptionDescription(helper.optionDescription(option))
            );
          });
          output = output.concat(
            this.formatItemList("Global Options:", globalOptionList, helper)
          );
        }
        const commandGroups = this.groupItems(
          cmd.commands,
          helper.visibleCommands(cmd),
          (sub) => sub.helpGroup() || "Commands:"
        );
        commandGroups.forEach((commands, group) => {
          const commandList = commands.map((sub) => {
            return callFormatItem(
              helper.styleSubcommandTerm(helper.subcommandTerm(sub)),
              helper.styleSubcommandDescription(helper.subcommandDescription(sub))
            );
          });
          output = output.concat(this.formatItemList(group, commandList, helper));
        });
        return output.join("\n");
      }
      /**
       * Return display width of string, ignoring ANSI escape sequences. Used in padding and wrapping calculations.
       *
       * @param {string} str
       * @returns {number}
       */
      displayWidth(str) {
        return stripColor(str).length;
      }
      /**
       * Style the title for displaying in the help. Called with 'Usage:', 'Options:', etc.
       *
       * @param {string} str
       * @returns {string}
       */
      styleTitle(str) {
        return str;
      }
      styleUsage(str) {
        return str.split(" ").map((word) => {
          if (word === "[options]") return this.styleOptionText(word);
          if (word === "[command]") return this.styleSubcommandText(word);
          if (word[0] === "[" || word[0] === "<")
            return this.styleArgumentText(word);
          return this.styleCommandText(word);
        }).join(" ");
      }
      styleCommandDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleOptionDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleSubcommandDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleArgumentDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleDescriptionText(str) {
        return str;
      }
      styleOptionTerm(str) {
        return this.styleOptionText(str);
      }
      styleSubcommandTerm(str) {
        return str.split(" ").map((word) => {
          if (word === "[options]") return this.styleOptionText(word);
          if (word[0] === "[" || word[0] === "<")
            return this.styleArgumentText(word);
          return this.styleSubcommandText(word);
        }).join(" ");
      }
      styleArgumentTerm(str) {
        return this.styleArgumentText(str);
      }
      styleOptionText(str) {
        return str;
      }
      styleArgumentText(str) {
        return str;
      }
      styleSubcommandText(str) {
        return str;
      }
      styleCommandText(str) {
        return str;
      }
      /**
       * Calculate the pad width from the maximum term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      padWidth(cmd, helper) {
        return Math.max(
          helper.longestOptionTermLength(cmd, helper),
          helper.longestGlobalOptionTermLength(cmd, helper),
          helper.longestSubcommandTermLength(cmd, helper),
          helper.longestArgumentTermLength(cmd, helper)
        );
      }
      /**
       * Detect manually wrapped and indented strings by checking for line break followed by whitespace.
       *
       * @param {string} str
       * @returns {boolean}
       */
      preformatted(str) {
        return /\n[^\S\r\n]/.test(str);
      }
      /**
       * Format the "item", which consists of a term and description. Pad the term and wrap the description, indenting the following lines.
       *
       * So "TTT", 5, "DDD DDDD DD DDD" might be formatted for this.helpWidth=17 like so:
       *   TTT  DDD DDDD
       *        DD DDD
       *
       * @param {string} term
       * @param {number} termWidth
       * @param {string} description
       * @param {Help} helper
       * @returns {string}
       */
      formatItem(term, termWidth, description, helper) {
        const itemIndent = 2;
        const itemIndentStr = " ".repeat(itemIndent);
        if (!description) return itemIndentStr + term;
        const paddedTerm = term.padEnd(
          termWidth + term.length - helper.displayWidth(term)
        );
        const spacerWidth = 2;
        const helpWidth = this.helpWidth ?? 80;
        const remainingWidth = helpWidth - termWidth - spacerWidth - itemIndent;
        let formattedDescription;
        if (remainingWidth < this.minWidthToWrap || helper.preformatted(description)) {
          formattedDescription = description;
        } else {
          const wrappedDescription = helper.boxWrap(description, remainingWidth);
          formattedDescription = wrappedDescription.replace(
            /\n/g,
            "\n" + " ".repeat(termWidth + spacerWidth)
          );
        }
        return itemIndentStr + paddedTerm + " ".repeat(spacerWidth) + formattedDescription.replace(/\n/g, `
${itemIndentStr}`);
      }
      /**
       * Wrap a string at whitespace, preserving existing line breaks.
       * Wrapping is skipped if the width is less than `minWidthToWrap`.
       *
       * @param {string} str
       * @param {number} width
       * @returns {string}
       */
      boxWrap(str, width) {
        if (width < this.minWidthToWrap) return str;
        const rawLines = str.split(/\r\n|\n/);
        const chunkPattern = /[\s]*[^\s]+/g;
        const wrappedLines = [];
        rawLines.forEach((line) => {
          const chunks = line.match(chunkPattern);
          if (chunks === null) {
            wrappedLines.push("");
            return;
          }
          let sumChunks = [chunks.shift()];
          let sumWidth = this.displayWidth(sumChunks[0]);
          chunks.forEach((chunk) => {
            const visibleWidth = this.displayWidth(chunk);
            if (sumWidth + visibleWidth <= width) {
              sumChunks.push(chunk);
              sumWidth += visibleWidth;
              return;
            }
            wrappedLines.push(sumChunks.join(""));
            const nextChunk = chunk.trimStart();
            sumChunks = [nextChunk];
            sumWidth = this.displayWidth(nextChunk);
          });
          wrappedLines.push(sumChunks.join(""));
        });
        return wrappedLines.join("\n");
      }
    };
    function stripColor(str) {
      const sgrPattern = /\x1b\[\d*(;\d*)*m/g;
      return str.replace(sgrPattern, "");
    }
    exports.Help = Help2;
    exports.stripColor = stripColor;
  }
});

// node_modules/commander/lib/option.js
var require_option = __commonJS({
  "node_modules/commander/lib/option.js"(exports) {
    var { InvalidArgumentError: InvalidArgumentError2 } = require_error();
    var Option2 = class {
      /**
       * Initialize a new `Option` with the given `flags` and `description`.
       *
       * @param {string} flags
       * @param {string} [description]
       */
      constructor(flags, description) {
        this.flags = flags;
        this.description = description || "";
        this.required = flags.includes("<");
        this.optional = flags.includes("[");
        this.variadic = /\w\.\.\.[>\]]$/.test(flags);
        this.mandatory = false;
        const optionFlags = splitOptionFlags(flags);
        this.short = optionFlags.shortFlag;
        this.long = optionFlags.longFlag;
        this.negate = false;
        if (this.long) {
          this.negate = this.long.startsWith("--no-");
        }
        this.defaultValue = void 0;
        this.defaultValueDescription = void 0;
        this.presetArg = void 0;
        this.envVar = void 0;
        this.parseArg = void 0;
        this.hidden = false;
        this.argChoices = void 0;
        this.conflictsWith = [];
        this.implied = void 0;
        this.helpGroupHeading = void 0;
      }
      /**
       * Set the default value, and optionally supply the description to be displayed in the help.
       *
       * @param {*} value
       * @param {string} [description]
       * @return {Option}
       */
      default(value, description) {
        this.defaultValue = value;
        this.defaultValueDescription = description;
        return this;
      }
      /**
       * Preset to use when option used without option-argument, especially optional but also boolean and negated.
       * The custom processing (parseArg) is called.
       *
       * @example
       * new Option('--color').default('GREYSCALE').preset('RGB');
       * new Option('--donate [amount]').preset('20').argParser(parseFloat);
       *
       * @param {*} arg
       * @return {Option}
       */
      preset(arg) {
        this.presetArg = arg;
        return this;
      }
      /**
       * Add option name(s) that conflict with this option.
       * An error will be displayed if conflicting options are found during parsing.
       *
       * @example
       * new Option('--rgb').conflicts('cmyk');
       * new Option('--js').conflicts(['ts', 'jsx']);
       *
       * @param {(string | string[])} names
       * @return {Option}
       */
      conflicts(names) {
        this.conflictsWith = this.conflictsWith.concat(names);
        return this;
      }
      /**
       * Specify implied option values for when this option is set and the implied options are not.
       *
       * The custom processing (parseArg) is not called on the implied values.
       *
       * @example
       * program
       *   .addOption(new Option('--log', 'write logging information to file'))
       *   .addOption(new Option('--trace', 'log extra details').implies({ log: 'trace.txt' }));
       *
       * @param {object} impliedOptionValues
       * @return {Option}
       */
      implies(impliedOptionValues) {
        let newImplied = impliedOptionValues;
        if (typeof impliedOptionValues === "string") {
          newImplied = { [impliedOptionValues]: true };
        }
        this.implied = Object.assign(this.implied || {}, newImplied);
        return this;
      }
      /**
       * Set environment variable to check for option value.
       *
       * An environment variable is only used if when processed the current option value is
       * undefined, or the source of the current value is 'default' or 'config' or 'env'.
       *
       * @param {string} name
       * @return {Option}
       */
      env(name) {
        this.envVar = name;
        return this;
      }
      /**
       * Set the custom handler for processing CLI option arguments into option values.
       *
       * @param {Function} [fn]
       * @return {Option}
       */
      argParser(fn) {
        this.parseArg = fn;
        return this;
      }
      /**
       * Whether the option is mandatory and must have a value after parsing.
       *
       * @param {boolean} [mandatory=true]
       * @return {Option}
       */
      makeOptionMandatory(mandatory = true) {
        this.mandatory = !!mandatory;
        return this;
      }
      /**
       * Hide option in help.
       *
       * @param {boolean} [hide=true]
       * @return {Option}
       */
      hideHelp(hide = true) {
        this.hidden = !!hide;
        return this;
      }
      /**
       * @package
       */
      _collectValue(value, previous) {
        if (previous === this.defaultValue || !Array.isArray(previous)) {
          return [value];
        }
        previous.push(value);
        return previous;
      }
      /**
       * Only allow option value to be one of choices.
       *
       * @param {string[]} values
       * @return {Option}
       */
      choices(values) {
        this.argChoices = values.slice();
        this.parseArg = (arg, previous) => {
          if (!this.argChoices.includes(arg)) {
            throw new InvalidArgumentError2(
              `Allowed choices are ${this.argChoices.join(", ")}.`
            );
          }
          if (this.variadic) {
            return this._collectValue(arg, previous);
          }
          return arg;
        };
        return this;
      }
      /**
       * Return option name.
       *
       * @return {string}
       */
      name() {
        if (this.long) {
          return this.long.replace(/^--/, "");
        }
        return this.short.replace(/^-/, "");
      }
      /**
       * Return option name, in a camelcase format that can be used
       * as an object attribute key.
       *
       * @return {string}
       */
      attributeName() {
        if (this.negate) {
          return camelcase(this.name().replace(/^no-/, ""));
        }
        return camelcase(this.name());
      }
      /**
       * Set the help group heading.
       *
       * @param {string} heading
       * @return {Option}
       */
      helpGroup(heading) {
        this.helpGroupHeading = heading;
        return this;
      }
      /**
       * Check if `arg` matches the short or long flag.
       *
       * @param {string} arg
       * @return {boolean}
       * @package
       */
      is(arg) {
        return this.short === arg || this.long === arg;
      }
      /**
       * Return whether a boolean option.
       *
       * Options are one of boolean, negated, required argument, or optional argument.
       *
       * @return {boolean}
       * @package
       */
      isBoolean() {
        return !this.required && !this.optional && !this.negate;
      }
    };
    var DualOptions = class {
      /**
       * @param {Option[]} options
       */
      constructor(options2) {
        this.positiveOptions = /* @__PURE__ */ new Map();
        this.negativeOptions = /* @__PURE__ */ new Map();
        this.dualOptions = /* @__PURE__ */ new Set();
        options2.forEach((option) => {
          if (option.negate) {
            this.negativeOptions.set(option.attributeName(), option);
          } else {
            this.positiveOptions.set(option.attributeName(), option);
          }
        });
        this.negativeOptions.forEach((value, key) => {
          if (this.positiveOptions.has(key)) {
            this.dualOptions.add(key);
          }
        });
      }
      /**
       * Did the value come from the option, and not from possible matching dual option?
       *
       * @param {*} value
       * @param {Option} option
       * @returns {boolean}
       */
      valueFromOption(value, option) {
        const optionKey = option.attributeName();
        if (!this.dualOptions.has(optionKey)) return true;
        const preset = this.negativeOptions.get(optionKey).presetArg;
        const negativeValue = preset !== void 0 ? preset : false;
        return option.negate === (negativeValue === value);
      }
    };
    function camelcase(str) {
      return str.split("-").reduce((str2, word) => {
        return str2 + word[0].toUpperCase() + word.slice(1);
      });
    }
    function splitOptionFlags(flags) {
      let shortFlag;
      let longFlag;
      const shortFlagExp = /^-[^-]$/;
      const longFlagExp = /^--[^-]/;
      const flagParts = flags.split(/[ |,]+/).concat("guard");
      if (shortFlagExp.test(flagParts[0])) shortFlag = flagParts.shift();
      if (longFlagExp.test(flagParts[0])) longFlag = flagParts.shift();
      if (!shortFlag && shortFlagExp.test(flagParts[0]))
        shortFlag = flagParts.shift();
      if (!shortFlag && longFlagExp.test(flagParts[0])) {
        shortFlag = longFlag;
        longFlag = flagParts.shift();
      }
      if (flagParts[0].startsWith("-")) {
        const unsupportedFlag = flagParts[0];
        const baseError = `option creation failed due to '${unsupportedFlag}' in option flags '${flags}'`;
        if (/^-[^-][^-]/.test(unsupportedFlag))
          throw new Error(
            `${baseError}
- a short flag is a single dash and a single character
  - either use a single dash and a single character (for a short flag)
  - or use a double dash for a long option (and can have two, like '--ws, --workspace')`
          );
        if (shortFlagExp.test(unsupportedFlag))
          throw new Error(`${baseError}
- too many short flags`);
        if (longFlagExp.test(unsupportedFlag))
          throw new Error(`${baseError}
- too many long flags`);
        throw new Error(`${baseError}
- unrecognised flag format`);
      }
      if (shortFlag === void 0 && longFlag === void 0)
        throw new Error(
          `option creation failed due to no flags found in '${flags}'.`
        );
      return { shortFlag, longFlag };
    }
    exports.Option = Option2;
    exports.DualOptions = DualOptions;
  }
});

// node_modules/commander/lib/suggestSimilar.js
var require_suggestSimilar = __commonJS({
  "node_modules/commander/lib/suggestSimilar.js"(exports) {
    var maxDistance = 3;
    function editDistance(a, b) {
      if (Math.abs(a.length - b.length) > maxDistance)
        return Math.max(a.length, b.length);
      const d = [];
      for (let i = 0; i <= a.length; i++) {
        d[i] = [i];
      }
      for (let j = 0; j <= b.length; j++) {
        d[0][j] = j;
      }
      for (let j = 1; j <= b.length; j++) {
        for (let i = 1; i <= a.length; i++) {
          let cost = 1;
          if (a[i - 1] === b[j - 1]) {
            cost = 0;
          } else {
            cost = 1;
          }
          d[i][j] = Math.min(
            d[i - 1][j] + 1,
            // deletion
            d[i][j - 1] + 1,
            // insertion
            d[i - 1][j - 1] + cost
            // substitution
          );
          if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
            d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
          }
        }
      }
      return d[a.length][b.length];
    }
    function suggestSimilar(word, candidates) {
      if (!candidates || candidates.length === 0) return "";
      candidates = Array.from(new Set(candidates));
      const searchingOptions = word.startsWith("--");
      if (searchingOptions) {
        word = word.slice(2);
        candidates = candidates.map((candidate) => candidate.slice(2));
      }
      let similar = [];
      let bestDistance = maxDistance;
      const minSimilarity = 0.4;
      candidates.forEach((candidate) => {
        if (candidate.length <= 1) return;
        const distance = editDistance(word, candidate);
        const length = Math.max(word.length, candidate.length);
        const similarity = (length - distance) / length;
        if (similarity > minSimilarity) {
          if (distance < bestDistance) {
            bestDistance = distance;
            similar = [candidate];
          } else if (distance === bestDistance) {
            similar.push(candidate);
          }
        }
      });
      similar.sort((a, b) => a.localeCompare(b));
      if (searchingOptions) {
        similar = similar.map((candidate) => `--${candidate}`);
      }
      if (similar.length > 1) {
        return `
(Did you mean one of ${similar.join(", ")}?)`;
      }
      if (similar.length === 1) {
        return `
(Did you mean ${similar[0]}?)`;
      }
      return "";
    }
    exports.suggestSimilar = suggestSimilar;
  }
});

// node_modules/commander/lib/command.js
var require_command = __commonJS({
  "node_modules/commander/lib/command.js"(exports) {
    var EventEmitter = __require("node:events").EventEmitter;
    var childProcess = __require("node:child_process");
    var path = __require("node:path");
    var fs = __require("node:fs");
    var process2 = __require("node:process");
    var { Argument: Argument2, humanReadableArgName } = require_argument();
    var { CommanderError: CommanderError2 } = require_error();
    var { Help: Help2, stripColor } = require_help();
    var { Option: Option2, DualOptions } = require_option();
    var { suggestSimilar } = require_suggestSimilar();
    var Command2 = class _Command extends EventEmitter {
      /**
       * Initialize a new `Command`.
       *
       * @param {string} [name]
       */
      constructor(name) {
        super();
        this.commands = [];
        this.options = [];
        this.parent = null;
        this._allowUnknownOption = false;
        this._allowExcessArguments = false;
        this.registeredArguments = [];
        this._args = this.registeredArguments;
        this.args = [];
        this.rawArgs = [];
        this.processedArgs = [];
        this._scriptPath = null;
        this._name = name || "";
        this._optionValues = {};
        this._optionValueSources = {};
        this._storeOptionsAsProperties = false;
        this._actionHandler = null;
        this._executableHandler = false;
        this._executableFile = null;
        this._executableDir = null;
        this._defaultCommandName = null;
        this._exitCallback = null;
        this._aliases = [];
        this._combineFlagAndOptionalValue = true;
        this._description = "";
        this._summary = "";
        this._argsDescription = void 0;
        this._enablePositionalOptions = false;
        this._passThroughOptions = false;
        this._lifeCycleHooks = {};
        this._showHelpAfterError = false;
        this._showSuggestionAfterError = true;
        this._savedState = null;
        this._outputConfiguration = {
          writeOut: (str) => process2.stdout.write(str),
          writeErr: (str) => process2.stderr.write(str),
          outputError: (str, write2) => write2(str),
          getOutHelpWidth: () => process2.stdout.isTTY ? process2.stdout.columns : void 0,
          getErrHelpWidth: () => process2.stderr.isTTY ? process2.stderr.columns : void 0,
          getOutHasColors: () => useColor() ?? (process2.stdout.isTTY && process2.stdout.hasColors?.()),
          getErrHasColors: () => useColor() ?? (process2.stderr.isTTY && process2.stderr.hasColors?.()),
          stripColor: (str) => stripColor(str)
        };
        this._hidden = false;
        this._helpOption = void 0;
        this._addImplicitHelpCommand = void 0;
        this._helpCommand = void 0;
        this._helpConfiguration = {};
        this._helpGroupHeading = void 0;
        this._defaultCommandGroup = void 0;
        this._defaultOptionGroup = void 0;
      }
      /**
       * Copy settings that are useful to have in common across root command and subcommands.
       *
       * (Used internally when adding a command using `.command()` so subcommands inherit parent settings.)
       *
       * @param {Command} sourceCommand
       * @return {Command} `this` command for chaining
       */
      copyInheritedSettings(sourceCommand) {
        this._outputConfiguration = sourceCommand._outputConfiguration;
        this._helpOption = sourceCommand._helpOption;
        this._helpCommand = sourceCommand._helpCommand;
        this._helpConfiguration = sourceCommand._helpConfiguration;
        this._exitCallback = sourceCommand._exitCallback;
        this._storeOptionsAsProperties = sourceCommand._storeOptionsAsProperties;
        this._combineFlagAndOptionalValue = sourceCommand._combineFlagAndOptionalValue;
        this._allowExcessArguments = sourceCommand._allowExcessArguments;
        this._enablePositionalOptions = sourceCommand._enablePositionalOptions;
        this._showHelpAfterError = sourceCommand._showHelpAfterError;
        this._showSuggestionAfterError = sourceCommand._showSuggestionAfterError;
        return this;
      }
      /**
       * @returns {Command[]}
       * @private
       */
      _getCommandAndAncestors() {
        const result = [];
        for (let command = this; command; command = command.parent) {
          result.push(command);
        }
        return result;
      }
      /**
       * Define a command.
       *
       * There are two styles of command: pay attention to where to put the description.
       *
       * @example
       * // Command implemented using action handler (description is supplied separately to `.command`)
       * program
       *   .command('clone <source> [destination]')
       *   .description('clone a repository into a newly created directory')
       *   .action((source, destination) => {
       *     console.log('clone command called');
       *   });
       *
       * // Command implemented using separate executable file (description is second parameter to `.command`)
       * program
       *   .command('start <service>', 'start named service')
       *   .command('stop [service]', 'stop named service, or all if no name supplied');
       *
       * @param {string} nameAndArgs - command name and arguments, args are `<required>` or `[optional]` and last may also be `variadic...`
       * @param {(object | string)} [actionOptsOrExecDesc] - configuration options (for action), or description (for executable)
       * @param {object} [execOpts] - configuration options (for executable)
       * @return {Command} returns new command for action handler, or `this` for executable command
       */
      command(nameAndArgs, actionOptsOrExecDesc, execOpts) {
        let desc = actionOptsOrExecDesc;
        let opts = execOpts;
        if (typeof desc === "object" && desc !== null) {
          opts = desc;
          desc = null;
        }
        opts = opts || {};
        const [, name, args] = nameAndArgs.match(/([^ ]+) *(.*)/);
        const cmd = this.createCommand(name);
        if (desc) {
          cmd.description(desc);
          cmd._executableHandler = true;
        }
        if (opts.isDefault) this._defaultCommandName = cmd._name;
        cmd._hidden = !!(opts.noHelp || opts.hidden);
        cmd._executableFile = opts.executableFile || null;
        if (args) cmd.arguments(args);
        this._registerCommand(cmd);
        cmd.parent = this;
        cmd.copyInheritedSettings(this);
        if (desc) return this;
        return cmd;
      }
      /**
       * Factory routine to create a new unattached command.
       *
       * See .command() for creating an attached subcommand, which uses this routine to
       * create the command. You can override createCommand to customise subcommands.
       *
       * @param {string} [name]
       * @return {Command} new command
       */
      createCommand(name) {
        return new _Command(name);
      }
      /**
       * You can customise the help with a subclass of Help by overriding createHelp,
       * or by overriding Help properties using configureHelp().
       *
       * @return {Help}
       */
      createHelp() {
        return Object.assign(new Help2(), this.configureHelp());
      }
      /**
       * You can customise the help by overriding Help properties using configureHelp(),
       * or with a subclass of Help by overriding createHelp().
       *
       * @param {object} [configuration] - configuration options
       * @return {(Command | object)} `this` command for chaining, or stored configuration
       */
      configureHelp(configuration) {
        if (configuration === void 0) return this._helpConfiguration;
        this._helpConfiguration = configuration;
        return this;
      }
      /**
       * The default output goes to stdout and stderr. You can customise this for special
       * applications. You can also customise the display of errors by overriding outputError.
       *
       * The configuration properties are all functions:
       *
       *     // change how output being written, defaults to stdout and stderr
       *     writeOut(str)
       *     writeErr(str)
       *     // change how output being written for errors, defaults to writeErr
       *     outputError(str, write) // used for displaying errors and not used for displaying help
       *     // specify width for wrapping help
       *     getOutHelpWidth()
       *     getErrHelpWidth()
       *     // color support, currently only used with Help
       *     getOutHasColors()
       *     getErrHasColors()
       *     stripColor() // used to remove ANSI escape codes if output does not have colors
       *
       * @param {object} [configuration] - configuration options
       * @return {(Command | object)} `this` command for chaining, or stored configuration
       */
      configureOutput(configuration) {
        if (configuration === void 0) return this._outputConfiguration;
        this._outputConfiguration = {
          ...this._outputConfiguration,
          ...configuration
        };
        return this;
      }
      /**
       * Display the help or a custom message after an error occurs.
       *
       * @param {(boolean|string)} [displayHelp]
       * @return {Command} `this` command for chaining
       */
      showHelpAfterError(displayHelp = true) {
        if (typeof displayHelp !== "string") displayHelp = !!displayHelp;
        this._showHelpAfterError = displayHelp;
        return this;
      }
      /**
       * Display suggestion of similar commands for unknown commands, or options for unknown options.
       *
       * @param {boolean} [displaySuggestion]
       * @return {Command} `this` command for chaining
       */
      showSuggestionAfterError(displaySuggestion = true) {
        this._showSuggestionAfterError = !!displaySuggestion;
        return this;
      }
      /**
       * Add a prepared subcommand.
       *
       * See .command() for creating an attached subcommand which inherits settings from its parent.
       *
       * @param {Command} cmd - new subcommand
       * @param {object} [opts] - configuration options
       * @return {Command} `this` command for chaining
       */
      addCommand(cmd, opts) {
        if (!cmd._name) {
          throw new Error(`Command passed to .addCommand() must have a name
- specify the name in Command constructor or using .name()`);
        }
        opts = opts || {};
        if (opts.isDefault) this._defaultCommandName = cmd._name;
        if (opts.noHelp || opts.hidden) cmd._hidden = true;
        this._registerCommand(cmd);
        cmd.parent = this;
        cmd._checkForBrokenPassThrough();
        return this;
      }
      /**
       * Factory routine to create a new unattached argument.
       *
       * See .argument() for creating an attached argument, which uses this routine to
       * create the argument. You can override createArgument to return a custom argument.
       *
       * @param {string} name
       * @param {string} [description]
       * @return {Argument} new argument
       */
      createArgument(name, description) {
        return new Argument2(name, description);
      }
      /**
       * Define argument syntax for command.
       *
       * The default is that the argument is required, and you can explicitly
       * indicate this with <> around the name. Put [] around the name for an optional argument.
       *
       * @example
       * program.argument('<input-file>');
       * program.argument('[output-file]');
       *
       * @param {string} name
       * @param {string} [description]
       * @param {(Function|*)} [parseArg] - custom argument processing function or default value
       * @param {*} [defaultValue]
       * @return {Command} `this` command for chaining
       */
      argument(name, description, parseArg, defaultValue) {
        const argument = this.createArgument(name, description);
        if (typeof parseArg === "function") {
          argument.default(defaultValue).argParser(parseArg);
        } else {
          argument.default(parseArg);
        }
        this.addArgument(argument);
        return this;
      }
      /**
       * Define argument syntax for command, adding multiple at once (without descriptions).
       *
       * See also .argument().
       *
       * @example
       * program.arguments('<cmd> [env]');
       *
       * @param {string} names
       * @return {Command} `this` command for chaining
       */
      arguments(names) {
        names.trim().split(/ +/).forEach((detail) => {
          this.argument(detail);
        });
        return this;
      }
      /**
       * Define argument syntax for command, adding a prepared argument.
       *
       * @param {Argument} argument
       * @return {Command} `this` command for chaining
       */
      addArgument(argument) {
        const previousArgument = this.registeredArguments.slice(-1)[0];
        if (previousArgument?.variadic) {
          throw new Error(
            `only the last argument can be variadic '${previousArgument.name()}'`
          );
        }
        if (argument.required && argument.defaultValue !== void 0 && argument.parseArg === void 0) {
          throw new Error(
            `a default value for a required argument is never used: '${argument.name()}'`
          );
        }
        this.registeredArguments.push(argument);
        return this;
      }
      /**
       * Customise or override default help command. By default a help command is automatically added if your command has subcommands.
       *
       * @example
       *    program.helpCommand('help [cmd]');
       *    program.helpCommand('help [cmd]', 'show help');
       *    program.helpCommand(false); // suppress default help command
       *    program.helpCommand(true); // add help command even if no subcommands
       *
       * @param {string|boolean} enableOrNameAndArgs - enable with custom name and/or arguments, or boolean to override whether added
       * @param {string} [description] - custom description
       * @return {Command} `this` command for chaining
       */
      helpCommand(enableOrNameAndArgs, description) {
        if (typeof enableOrNameAndArgs === "boolean") {
          this._addImplicitHelpCommand = enableOrNameAndArgs;
          if (enableOrNameAndArgs && this._defaultCommandGroup) {
            this._initCommandGroup(this._getHelpCommand());
          }
          return this;
        }
        const nameAndArgs = enableOrNameAndArgs ?? "help [command]";
        const [, helpName, helpArgs] = nameAndArgs.match(/([^ ]+) *(.*)/);
        const helpDescription = description ?? "display help for command";
        const helpCommand = this.createCommand(helpName);
        helpCommand.helpOption(false);
        if (helpArgs) helpCommand.arguments(helpArgs);
        if (helpDescription) helpCommand.description(helpDescription);
        this._addImplicitHelpCommand = true;
        this._helpCommand = helpCommand;
        if (enableOrNameAndArgs || description) this._initCommandGroup(helpCommand);
        return this;
      }
      /**
       * Add prepared custom help command.
       *
       * @param {(Command|string|boolean)} helpCommand - custom help command, or deprecated enableOrNameAndArgs as for `.helpCommand()`
       * @param {string} [deprecatedDescription] - deprecated custom description used with custom name only
       * @return {Command} `this` command for chaining
       */
      addHelpCommand(helpCommand, deprecatedDescription) {
        if (typeof helpCommand !== "object") {
          this.helpCommand(helpCommand, deprecatedDescription);
          return this;
        }
        this._addImplicitHelpCommand = true;
        this._helpCommand = helpCommand;
        this._initCommandGroup(helpCommand);
        return this;
      }
      /**
       * Lazy create help command.
       *
       * @return {(Command|null)}
       * @package
       */
      _getHelpCommand() {
        const hasImplicitHelpCommand = this._addImplicitHelpCommand ?? (this.commands.length && !this._actionHandler && !this._findCommand("help"));
        if (hasImplicitHelpCommand) {
          if (this._helpCommand === void 0) {
            this.helpCommand(void 0, void 0);
          }
          return this._helpCommand;
        }
        return null;
      }
      /**
       * Add hook for life cycle event.
       *
       * @param {string} event
       * @param {Function} listener
       * @return {Command} `this` command for chaining
       */
      hook(event, listener) {
        const allowedValues = ["preSubcommand", "preAction", "postAction"];
        if (!allowedValues.includes(event)) {
          throw new Error(`Unexpected value for event passed to hook : '${event}'.
Expecting one of '${allowedValues.join("', '")}'`);
        }
        if (this._lifeCycleHooks[event]) {
          this._lifeCycleHooks[event].push(listener);
        } else {
          this._lifeCycleHooks[event] = [listener];
        }
        return this;
      }
      /**
       * Register callback to use as replacement for calling process.exit.
       *
       * @param {Function} [fn] optional callback which will be passed a CommanderError, defaults to throwing
       * @return {Command} `this` command for chaining
       */
      exitOverride(fn) {
        if (fn) {
          this._exitCallback = fn;
        } else {
          this._exitCallback = (err) => {
            if (err.code !== "commander.executeSubCommandAsync") {
              throw err;
            } else {
            }
          };
        }
        return this;
      }
      /**
       * Call process.exit, and _exitCallback if defined.
       *
       * @param {number} exitCode exit code for using with process.exit
       * @param {string} code an id string representing the error
       * @param {string} message human-readable description of the error
       * @return never
       * @private
       */
      _exit(exitCode, code, message) {
        if (this._exitCallback) {
          this._exitCallback(new CommanderError2(exitCode, code, message));
        }
        process2.exit(exitCode);
      }
      /**
       * Register callback `fn` for the command.
       *
       * @example
       * program
       *   .command('serve')
       *   .description('start service')
       *   .action(function() {
       *      // do work here
       *   });
       *
       * @param {Function} fn
       * @return {Command} `this` command for chaining
       */
      action(fn) {
        const listener = (args) => {
          const expectedArgsCount = this.registeredArguments.length;
          const actionArgs = args.slice(0, expectedArgsCount);
          if (this._storeOptionsAsProperties) {
            actionArgs[expectedArgsCount] = this;
          } else {
            actionArgs[expectedArgsCount] = this.opts();
          }
          actionArgs.push(this);
          return fn.apply(this, actionArgs);
        };
        this._actionHandler = listener;
        return this;
      }
      /**
       * Factory routine to create a new unattached option.
       *
       * See .option() for creating an attached option, which uses this routine to
       * create the option. You can override createOption to return a custom option.
       *
       * @param {string} flags
       * @param {string} [description]
       * @return {Option} new option
       */
      createOption(flags, description) {
        return new Option2(flags, description);
      }
      /**
       * Wrap parseArgs to catch 'commander.invalidArgument'.
       *
       * @param {(Option | Argument)} target
       * @param {string} value
       * @param {*} previous
       * @param {string} invalidArgumentMessage
       * @private
       */
      _callParseArg(target, value, previous, invalidArgumentMessage) {
        try {
          return target.parseArg(value, previous);
        } catch (err) {
          if (err.code === "commander.invalidArgument") {
            const message = `${invalidArgumentMessage} ${err.message}`;
            this.error(message, { exitCode: err.exitCode, code: err.code });
          }
          throw err;
        }
      }
      /**
       * Check for option flag conflicts.
       * Register option if no conflicts found, or throw on conflict.
       *
       * @param {Option} option
       * @private
       */
      _registerOption(option) {
        const matchingOption = option.short && this._findOption(option.short) || option.long && this._findOption(option.long);
        if (matchingOption) {
          const matchingFlag = option.long && this._findOption(option.long) ? option.long : option.short;
          throw new Error(`Cannot add option '${option.flags}'${this._name && ` to command '${this._name}'`} due to conflicting flag '${matchingFlag}'
-  already used by option '${matchingOption.flags}'`);
        }
        this._initOptionGroup(option);
        this.options.push(option);
      }
      /**
       * Check for command name and alias conflicts with existing commands.
       * Register command if no conflicts found, or throw on conflict.
       *
       * @param {Command} command
       * @private
       */
      _registerCommand(command) {
        const knownBy = (cmd) => {
          return [cmd.name()].concat(cmd.aliases());
        };
        const alreadyUsed = knownBy(command).find(
          (name) => this._findCommand(name)
        );
        if (alreadyUsed) {
          const existingCmd = knownBy(this._findCommand(alreadyUsed)).join("|");
          const newCmd = knownBy(command).join("|");
          throw new Error(
            `cannot add command '${newCmd}' as already have command '${existingCmd}'`
          );
        }
        this._initCommandGroup(command);
        this.commands.push(command);
      }
      /**
       * Add an option.
       *
       * @param {Option} option
       * @return {Command} `this` command for chaining
       */
      addOption(option) {
        this._registerOption(option);
        const oname = option.name();
        const name = option.attributeName();
        if (option.negate) {
          const positiveLongFlag = option.long.replace(/^--no-/, "--");
          if (!this._findOption(positiveLongFlag)) {
            this.setOptionValueWithSource(
              name,
              option.defaultValue === void 0 ? true : option.defaultValue,
              "default"
            );
          }
        } else if (option.defaultValue !== void 0) {
          this.setOptionValueWithSource(name, option.defaultValue, "default");
        }
        const handleOptionValue = (val, invalidValueMessage, valueSource) => {
          if (val == null && option.presetArg !== void 0) {
            val = option.presetArg;
          }
          const oldValue = this.getOptionValue(name);
          if (val !== null && option.parseArg) {
            val = this._callParseArg(option, val, oldValue, invalidValueMessage);
          } else if (val !== null && option.variadic) {
            val = option._collectValue(val, oldValue);
          }
          if (val == null) {
            if (option.negate) {
              val = false;
            } else if (option.isBoolean() || option.optional) {
              val = true;
            } else {
              val = "";
            }
          }
          this.setOptionValueWithSource(name, val, valueSource);
        };
        this.on("option:" + oname, (val) => {
          const invalidValueMessage = `error: option '${option.flags}' argument '${val}' is invalid.`;
          handleOptionValue(val, invalidValueMessage, "cli");
        });
        if (option.envVar) {
          this.on("optionEnv:" + oname, (val) => {
            const invalidValueMessage = `error: option '${option.flags}' value '${val}' from env '${option.envVar}' is invalid.`;
            handleOptionValue(val, invalidValueMessage, "env");
          });
        }
        return this;
      }
      /**
       * Internal implementation shared by .option() and .requiredOption()
       *
       * @return {Command} `this` command for chaining
       * @private
       */
      _optionEx(config, flags, description, fn, defaultValue) {
        if (typeof flags === "object" && flags instanceof Option2) {
          throw new Error(
            "To add an Option object use addOption() instead of option() or requiredOption()"
          );
        }
        const option = this.createOption(flags, description);
        option.makeOptionMandatory(!!config.mandatory);
        if (typeof fn === "function") {
          option.default(defaultValue).argParser(fn);
        } else if (fn instanceof RegExp) {
          const regex = fn;
          fn = (val, def) => {
            const m = regex.exec(val);
            return m ? m[0] : def;
          };
          option.default(defaultValue).argParser(fn);
        } else {
          option.default(fn);
        }
        return this.addOption(option);
      }
      /**
       * Define option with `flags`, `description`, and optional argument parsing function or `defaultValue` or both.
       *
       * The `flags` string contains the short and/or long flags, separated by comma, a pipe or space. A required
       * option-argument is indicated by `<>` and an optional option-argument by `[]`.
       *
       * See the README for more details, and see also addOption() and requiredOption().
       *
       * @example
       * program
       *     .option('-p, --pepper', 'add pepper')
       *     .option('--pt, --pizza-type <TYPE>', 'type of pizza') // required option-argument
       *     .option('-c, --cheese [CHEESE]', 'add extra cheese', 'mozzarella') // optional option-argument with default
       *     .option('-t, --tip <VALUE>', 'add tip to purchase cost', parseFloat) // custom parse function
       *
       * @param {string} flags
       * @param {string} [description]
       * @param {(Function|*)} [parseArg] - custom option processing function or default value
       * @param {*} [defaultValue]
       * @return {Command} `this` command for chaining
       */
      option(flags, description, parseArg, defaultValue) {
        return this._optionEx({}, flags, description, parseArg, defaultValue);
      }
      /**
       * Add a required option which must have a value after parsing. This usually means
       * the option must be specified on the command line. (Otherwise the same as .option().)
       *
       * The `flags` string contains the short and/or long flags, separated by comma, a pipe or space.
       *
       * @param {string} flags
       * @param {string} [description]
       * @param {(Function|*)} [parseArg] - custom option processing function or default value
       * @param {*} [defaultValue]
       * @return {Command} `this` command for chaining
       */
      requiredOption(flags, description, parseArg, defaultValue) {
        return this._optionEx(
          { mandatory: true },
          flags,
          description,
          parseArg,
          defaultValue
        );
      }
      /**
       * Alter parsing of short flags with optional values.
       *
       * @example
       * // for `.option('-f,--flag [value]'):
       * program.combineFlagAndOptionalValue(true);  // `-f80` is treated like `--flag=80`, this is the default behaviour
       * program.combineFlagAndOptionalValue(false) // `-fb` is treated like `-f -b`
       *
       * @param {boolean} [combine] - if `true` or omitted, an optional value can be specified directly after the flag.
       * @return {Command} `this` command for chaining
       */
      combineFlagAndOptionalValue(combine = true) {
        this._combineFlagAndOptionalValue = !!combine;
        return this;
      }
      /**
       * Allow unknown options on the command line.
       *
       * @param {boolean} [allowUnknown] - if `true` or omitted, no error will be thrown for unknown options.
       * @return {Command} `this` command for chaining
       */
      allowUnknownOption(allowUnknown = true) {
        this._allowUnknownOption = !!allowUnknown;
        return this;
      }
      /**
       * Allow excess command-arguments on the command line. Pass false to make excess arguments an error.
       *
       * @param {boolean} [allowExcess] - if `true` or omitted, no error will be thrown for excess arguments.
       * @return {Command} `this` command for chaining
       */
      allowExcessArguments(allowExcess = true) {
        this._allowExcessArguments = !!allowExcess;
        return this;
      }
      /**
       * Enable positional options. Positional means global options are specified before subcommands which lets
       * subcommands reuse the same option names, and also enables subcommands to turn on passThroughOptions.
       * The default behaviour is non-positional and global options may appear anywhere on the command line.
       *
       * @param {boolean} [positional]
       * @return {Command} `this` command for chaining
       */
      enablePositionalOptions(positional = true) {
        this._enablePositionalOptions = !!positional;
        return this;
      }
      /**
       * Pass through options that come after command-arguments rather than treat them as command-options,
       * so actual command-options come before command-arguments. Turning this on for a subcommand requires
       * positional options to have been enabled on the program (parent commands).
       * The default behaviour is non-positional and options may appear before or after command-arguments.
       *
       * @param {boolean} [passThrough] for unknown options.
       * @return {Command} `this` command for chaining
       */
      passThroughOptions(passThrough = true) {
        this._passThroughOptions = !!passThrough;
        this._checkForBrokenPassThrough();
        return this;
      }
      /**
       * @private
       */
      _checkForBrokenPassThrough() {
        if (this.parent && this._passThroughOptions && !this.parent._enablePositionalOptions) {
          throw new Error(
            `passThroughOptions cannot be used for '${this._name}' without turning on enablePositionalOptions for parent command(s)`
          );
        }
      }
      /**
       * Whether to store option values as properties on command object,
       * or store separately (specify false). In both cases the option values can be accessed using .opts().
       *
       * @param {boolean} [storeAsProperties=true]
       * @return {Command} `this` command for chaining
       */
      storeOptionsAsProperties(storeAsProperties = true) {
        if (this.options.length) {
          throw new Error("call .storeOptionsAsProperties() before adding options");
        }
        if (Object.keys(this._optionValues).length) {
          throw new Error(
            "call .storeOptionsAsProperties() before setting option values"
          );
        }
        this._storeOptionsAsProperties = !!storeAsProperties;
        return this;
      }
      /**
       * Retrieve option value.
       *
       * @param {string} key
       * @return {object} value
       */
      getOptionValue(key) {
        if (this._storeOptionsAsProperties) {
          return this[key];
        }
        return this._optionValues[key];
      }
      /**
       * Store option value.
       *
       * @param {string} key
       * @param {object} value
       * @return {Command} `this` command for chaining
       */
      setOptionValue(key, value) {
        return this.setOptionValueWithSource(key, value, void 0);
      }
      /**
       * Store option value and where the value came from.
       *
       * @param {string} key
       * @param {object} value
       * @param {string} source - expected values are default/config/env/cli/implied
       * @return {Command} `this` command for chaining
       */
      setOptionValueWithSource(key, value, source) {
        if (this._storeOptionsAsProperties) {
          this[key] = value;
        } else {
          this._optionValues[key] = value;
        }
        this._optionValueSources[key] = source;
        return this;
      }
      /**
       * Get source of option value.
       * Expected values are default | config | env | cli | implied
       *
       * @param {string} key
       * @return {string}
       */
      getOptionValueSource(key) {
        return this._optionValueSources[key];
      }
      /**
       * Get source of option value. See also .optsWithGlobals().
       * Expected values are default | config | env | cli | implied
       *
       * @param {string} key
       * @return {string}
       */
      getOptionValueSourceWithGlobals(key) {
        let source;
        this._getCommandAndAncestors().forEach((cmd) => {
          if (cmd.getOptionValueSource(key) !== void 0) {
            source = cmd.getOptionValueSource(key);
          }
        });
        return source;
      }
      /**
       * Get user arguments from implied or explicit arguments.
       * Side-effects: set _scriptPath if args included script. Used for default program name, and subcommand searches.
       *
       * @private
       */
      _prepareUserArgs(argv, parseOptions) {
        if (argv !== void 0 && !Array.isArray(argv)) {
          throw new Error("first parameter to parse must be array or undefined");
        }
        parseOptions = parseOptions || {};
        if (argv === void 0 && parseOptions.from === void 0) {
          if (process2.versions?.electron) {
            parseOptions.from = "electron";
          }
          const execArgv = process2.execArgv ?? [];
          if (execArgv.includes("-e") || execArgv.includes("--eval") || execArgv.includes("-p") || execArgv.includes("--print")) {
            parseOptions.from = "eval";
          }
        }
        if (argv === void 0) {
          argv = process2.argv;
        }
        this.rawArgs = argv.slice();
        let userArgs;
        switch (parseOptions.from) {
          case void 0:
          case "node":
            this._scriptPath = argv[1];
            userArgs = argv.slice(2);
            break;
          case "electron":
            if (process2.defaultApp) {
              this._scriptPath = argv[1];
              userArgs = argv.slice(2);
            } else {
              userArgs = argv.slice(1);
            }
            break;
          case "user":
            userArgs = argv.slice(0);
            break;
          case "eval":
            userArgs = argv.slice(1);
            break;
          default:
            throw new Error(
              `unexpected parse option { from: '${parseOptions.from}' }`
            );
        }
        if (!this._name && this._scriptPath)
          this.nameFromFilename(this._scriptPath);
        this._name = this._name || "program";
        return userArgs;
      }
      /**
       * Parse `argv`, setting options and invoking commands when defined.
       *
       * Use parseAsync instead of parse if any of your action handlers are async.
       *
       * Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
       *
       * Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
       * - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
       * - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
       * - `'user'`: just user arguments
       *
       * @example
       * program.parse(); // parse process.argv and auto-detect electron and special node flags
       * program.parse(process.argv); // assume argv[0] is app and argv[1] is script
       * program.parse(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
       *
       * @param {string[]} [argv] - optional, defaults to process.argv
       * @param {object} [parseOptions] - optionally specify style of options with from: node/user/electron
       * @param {string} [parseOptions.from] - where the args are from: 'node', 'user', 'electron'
       * @return {Command} `this` command for chaining
       */
      parse(argv, parseOptions) {
        this._prepareForParse();
        const userArgs = this._prepareUserArgs(argv, parseOptions);
        this._parseCommand([], userArgs);
        return this;
      }
      /**
       * Parse `argv`, setting options and invoking commands when defined.
       *
       * Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
       *
       * Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
       * - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
       * - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
       * - `'user'`: just user arguments
       *
       * @example
       * await program.parseAsync(); // parse process.argv and auto-detect electron and special node flags
       * await program.parseAsync(process.argv); // assume argv[0] is app and argv[1] is script
       * await program.parseAsync(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
       *
       * @param {string[]} [argv]
       * @param {object} [parseOptions]
       * @param {string} parseOptions.from - where the args are from: 'node', 'user', 'electron'
       * @return {Promise}
       */
      async parseAsync(argv, parseOptions) {
        this._prepareForParse();
        const userArgs = this._prepareUserArgs(argv, parseOptions);
        await this._parseCommand([], userArgs);
        return this;
      }
      _prepareForParse() {
        if (this._savedState === null) {
          this.saveStateBeforeParse();
        } else {
          this.restoreStateBeforeParse();
        }
      }
      /**
       * Called the first time parse is called to save state and allow a restore before subsequent calls to parse.
       * Not usually called directly, but available for subclasses to save their custom state.
       *
       * This is called in a lazy way. Only commands used in parsing chain will have state saved.
       */
      saveStateBeforeParse() {
        this._savedState = {
          // name is stable if supplied by author, but may be unspecified for root command and deduced during parsing
          _name: this._name,
          // option values before parse have default values (including false for negated options)
          // shallow clones
          _optionValues: { ...this._optionValues },
          _optionValueSources: { ...this._optionValueSources }
        };
      }
      /**
       * Restore state before parse for calls after the first.
       * Not usually called directly, but available for subclasses to save their custom state.
       *
       * This is called in a lazy way. Only commands used in parsing chain will have state restored.
       */
      restoreStateBeforeParse() {
        if (this._storeOptionsAsProperties)
          throw new Error(`Can not call parse again when storeOptionsAsProperties is true.
- either make a new Command for each call to parse, or stop storing options as properties`);
        this._name = this._savedState._name;
        this._scriptPath = null;
        this.rawArgs = [];
        this._optionValues = { ...this._savedState._optionValues };
        this._optionValueSources = { ...this._savedState._optionValueSources };
        this.args = [];
        this.processedArgs = [];
      }
      /**
       * Throw if expected executable is missing. Add lots of help for author.
       *
       * @param {string} executableFile
       * @param {string} executableDir
       * @param {string} subcommandName
       */
      _checkForMissingExecutable(executableFile, executableDir, subcommandName) {
        if (fs.existsSync(executableFile)) return;
        const executableDirMessage = executableDir ? `searched for local subcommand relative to directory '${executableDir}'` : "no directory for search for local subcommand, use .executableDir() to supply a custom directory";
        const executableMissing = `'${executableFile}' does not exist
 - if '${subcommandName}' is not meant to be an executable command, remove description parameter from '.command()' and use '.description()' instead
 - if the default executable name is not suitable, use the executableFile option to supply a custom name or path
 - ${executableDirMessage}`;
        throw new Error(executableMissing);
      }
      /**
       * Execute a sub-command executable.
       *
       * @private
       */
      _executeSubCommand(subcommand, args) {
        args = args.slice();
        let launchWithNode = false;
        const sourceExt = [".js", ".ts", ".tsx", ".mjs", ".cjs"];
        function findFile(baseDir, baseName2) {
          const localBin = path.resolve(baseDir, baseName2);
          if (fs.existsSync(localBin)) return localBin;
          if (sourceExt.includes(path.extname(baseName2))) return void 0;
          const foundExt = sourceExt.find(
            (ext) => fs.existsSync(`${localBin}${ext}`)
          );
          if (foundExt) return `${localBin}${foundExt}`;
          return void 0;
        }
        this._checkForMissingMandatoryOptions();
        this._checkForConflictingOptions();
        let executableFile = subcommand._executableFile || `${this._name}-${subcommand._name}`;
        let executableDir = this._executableDir || "";
        if (this._scriptPath) {
          let resolvedScriptPath;
          try {
            resolvedScriptPath = fs.realpathSync(this._scriptPath);
          } catch {
            resolvedScriptPath = this._scriptPath;
          }
          executableDir = path.resolve(
            path.dirname(resolvedScriptPath),
            executableDir
          );
        }
        if (executableDir) {
          let localFile2 = findFile(executableDir, executableFile);
          if (!localFile2 && !subcommand._executableFile && this._scriptPath) {
            const legacyName = path.basename(
              this._scriptPath,
              path.extname(this._scriptPath)
            );
            if (legacyName !== this._name) {
              localFile2 = findFile(
                executableDir,
                `${legacyName}-${subcommand._name}`
              );
            }
          }
          executableFile = localFile2 || executableFile;
        }
        launchWithNode = sourceExt.includes(path.extname(executableFile));
        let proc;
        if (process2.platform !== "win32") {
          if (launchWithNode) {
            args.unshift(executableFile);
            args = incrementNodeInspectorPort(process2.execArgv).concat(args);
            proc = childProcess.spawn(process2.argv[0], args, { stdio: "inherit" });
          } else {
            proc = childProcess.spawn(executableFile, args, { stdio: "inherit" });
          }
        } else {
          this._checkForMissingExecutable(
            executableFile,
            executableDir,
            subcommand._name
          );
          args.unshift(executableFile);
          args = incrementNodeInspectorPort(process2.execArgv).concat(args);
          proc = childProcess.spawn(process2.execPath, args, { stdio: "inherit" });
        }
        if (!proc.killed) {
          const signals = ["SIGUSR1", "SIGUSR2", "SIGTERM", "SIGINT", "SIGHUP"];
          signals.forEach((signal) => {
            process2.on(signal, () => {
              if (proc.killed === false && proc.exitCode === null) {
                proc.kill(signal);
              }
            });
          });
        }
        const exitCallback = this._exitCallback;
        proc.on("close", (code) => {
          code = code ?? 1;
          if (!exitCallback) {
            process2.exit(code);
          } else {
            exitCallback(
              new CommanderError2(
                code,
                "commander.executeSubCommandAsync",
                "(close)"
              )
            );
          }
        });
        proc.on("error", (err) => {
          if (err.code === "ENOENT") {
            this._checkForMissingExecutable(
              executableFile,
              executableDir,
              subcommand._name
            );
          } else if (err.code === "EACCES") {
            throw new Error(`'${executableFile}' not executable`);
          }
          if (!exitCallback) {
            process2.exit(1);
          } else {
            const wrappedError = new CommanderError2(
              1,
              "commander.executeSubCommandAsync",
              "(error)"
            );
            wrappedError.nestedError = err;
            exitCallback(wrappedError);
          }
        });
        this.runningCommand = proc;
      }
      /**
       * @private
       */
      _dispatchSubcommand(commandName, operands, unknown) {
        const subCommand = this._findCommand(commandName);
        if (!subCommand) this.help({ error: true });
        subCommand._prepareForParse();
        let promiseChain;
        promiseChain = this._chainOrCallSubCommandHook(
          promiseChain,
          subCommand,
          "preSubcommand"
        );
        promiseChain = this._chainOrCall(promiseChain, () => {
          if (subCommand._executableHandler) {
            this._executeSubCommand(subCommand, operands.concat(unknown));
          } else {
            return subCommand._parseCommand(operands, unknown);
          }
        });
        return promiseChain;
      }
      /**
       * Invoke help directly if possible, or dispatch if necessary.
       * e.g. help foo
       *
       * @private
       */
      _dispatchHelpCommand(subcommandName) {
        if (!subcommandName) {
          this.help();
        }
        const subCommand = this._findCommand(subcommandName);
        if (subCommand && !subCommand._executableHandler) {
          subCommand.help();
        }
        return this._dispatchSubcommand(
          subcommandName,
          [],
          [this._getHelpOption()?.long ?? this._getHelpOption()?.short ?? "--help"]
        );
      }
      /**
       * Check this.args against expected this.registeredArguments.
       *
       * @private
       */
      _checkNumberOfArguments() {
        this.registeredArguments.forEach((arg, i) => {
          if (arg.required && this.args[i] == null) {
            this.missingArgument(arg.name());
          }
        });
        if (this.registeredArguments.length > 0 && this.registeredArguments[this.registeredArguments.length - 1].variadic) {
          return;
        }
        if (this.args.length > this.registeredArguments.length) {
          this._excessArguments(this.args);
        }
      }
      /**
       * Process this.args using this.registeredArguments and save as this.processedArgs!
       *
       * @private
       */
      _processArguments() {
        const myParseArg = (argument, value, previous) => {
          let parsedValue = value;
          if (value !== null && argument.parseArg) {
            const invalidValueMessage = `error: command-argument value '${value}' is invalid for argument '${argument.name()}'.`;
            parsedValue = this._callParseArg(
              argument,
              value,
              previous,
              invalidValueMessage
            );
          }
          return parsedValue;
        };
        this._checkNumberOfArguments();
        const processedArgs = [];
        this.registeredArguments.forEach((declaredArg, index) => {
          let value = declaredArg.defaultValue;
          if (declaredArg.variadic) {
            if (index < this.args.length) {
              value = this.args.slice(index);
              if (declaredArg.parseArg) {
                value = value.reduce((processed, v) => {
                  return myParseArg(declaredArg, v, processed);
                }, declaredArg.defaultValue);
              }
            } else if (value === void 0) {
              value = [];
            }
          } else if (index < this.args.length) {
            value = this.args[index];
            if (declaredArg.parseArg) {
              value = myParseArg(declaredArg, value, declaredArg.defaultValue);
            }
          }
          processedArgs[index] = value;
        });
        this.processedArgs = processedArgs;
      }
      /**
       * Once we have a promise we chain, but call synchronously until then.
       *
       * @param {(Promise|undefined)} promise
       * @param {Function} fn
       * @return {(Promise|undefined)}
       * @private
       */
      _chainOrCall(promise, fn) {
        if (promise?.then && typeof promise.then === "function") {
          return promise.then(() => fn());
        }
        return fn();
      }
      /**
       *
       * @param {(Promise|undefined)} promise
       * @param {string} event
       * @return {(Promise|undefined)}
       * @private
       */
      _chainOrCallHooks(promise, event) {
        let result = promise;
        const hooks = [];
        this._getCommandAndAncestors().reverse().filter((cmd) => cmd._lifeCycleHooks[event] !== void 0).forEach((hookedCommand) => {
          hookedCommand._lifeCycleHooks[event].forEach((callback) => {
            hooks.push({ hookedCommand, callback });
          });
        });
        if (event === "postAction") {
          hooks.reverse();
        }
        hooks.forEach((hookDetail) => {
          result = this._chainOrCall(result, () => {
            return hookDetail.callback(hookDetail.hookedCommand, this);
          });
        });
        return result;
      }
      /**
       *
       * @param {(Promise|undefined)} promise
       * @param {Command} subCommand
       * @param {string} event
       * @return {(Promise|undefined)}
       * @private
       */
      _chainOrCallSubCommandHook(promise, subCommand, event) {
        let result = promise;
        if (this._lifeCycleHooks[event] !== void 0) {
          this._lifeCycleHooks[event].forEach((hook) => {
            result = this._chainOrCall(result, () => {
              return hook(this, subCommand);
            });
          });
        }
        return result;
      }
      /**
       * Process arguments in context of this command.
       * Returns action result, in case it is a promise.
       *
       * @private
       */
      _parseCommand(operands, unknown) {
        const parsed = this.parseOptions(unknown);
        this._parseOptionsEnv();
        this._parseOptionsImplied();
        operands = operands.concat(parsed.operands);
        unknown = parsed.unknown;
        this.args = operands.concat(unknown);
        if (operands && this._findCommand(operands[0])) {
          return this._dispatchSubcommand(operands[0], operands.slice(1), unknown);
        }
        if (this._getHelpCommand() && operands[0] === this._getHelpCommand().name()) {
          return this._dispatchHelpCommand(operands[1]);
        }
        if (this._defaultCommandName) {
          this._outputHelpIfRequested(unknown);
          return this._dispatchSubcommand(
            this._defaultCommandName,
            operands,
            unknown
          );
        }
        if (this.commands.length && this.args.length === 0 && !this._actionHandler && !this._defaultCommandName) {
          this.help({ error: true });
        }
        this._outputHelpIfRequested(parsed.unknown);
        this._checkForMissingMandatoryOptions();
        this._checkForConflictingOptions();
        const checkForUnknownOptions = () => {
          if (parsed.unknown.length > 0) {
            this.unknownOption(parsed.unknown[0]);
          }
        };
        const commandEvent = `command:${this.name()}`;
        if (this._actionHandler) {
          checkForUnknownOptions();
          this._processArguments();
          let promiseChain;
          promiseChain = this._chainOrCallHooks(promiseChain, "preAction");
          promiseChain = this._chainOrCall(
            promiseChain,
            () => this._actionHandler(this.processedArgs)
          );
          if (this.parent) {
            promiseChain = this._chainOrCall(promiseChain, () => {
              this.parent.emit(commandEvent, operands, unknown);
            });
          }
          promiseChain = this._chainOrCallHooks(promiseChain, "postAction");
          return promiseChain;
        }
        if (this.parent?.listenerCount(commandEvent)) {
          checkForUnknownOptions();
          this._processArguments();
          this.parent.emit(commandEvent, operands, unknown);
        } else if (operands.length) {
          if (this._findCommand("*")) {
            return this._dispatchSubcommand("*", operands, unknown);
          }
          if (this.listenerCount("command:*")) {
            this.emit("command:*", operands, unknown);
          } else if (this.commands.length) {
            this.unknownCommand();
          } else {
            checkForUnknownOptions();
            this._processArguments();
          }
        } else if (this.commands.length) {
          checkForUnknownOptions();
          this.help({ error: true });
        } else {
          checkForUnknownOptions();
          this._processArguments();
        }
      }
      /**
       * Find matching command.
       *
       * @private
       * @return {Command | undefined}
       */
      _findCommand(name) {
        if (!name) return void 0;
        return this.commands.find(
          (cmd) => cmd._name === name || cmd._aliases.includes(name)
        );
      }
      /**
       * Return an option matching `arg` if any.
       *
       * @param {string} arg
       * @return {Option}
       * @package
       */
      _findOption(arg) {
        return this.options.find((option) => option.is(arg));
      }
      /**
       * Display an error message if a mandatory option does not have a value.
       * Called after checking for help flags in leaf subcommand.
       *
       * @private
       */
      _checkForMissingMandatoryOptions() {
        this._getCommandAndAncestors().forEach((cmd) => {
          cmd.options.forEach((anOption) => {
            if (anOption.mandatory && cmd.getOptionValue(anOption.attributeName()) === void 0) {
              cmd.missingMandatoryOptionValue(anOption);
            }
          });
        });
      }
      /**
       * Display an error message if conflicting options are used together in this.
       *
       * @private
       */
      _checkForConflictingLocalOptions() {
        const definedNonDefaultOptions = this.options.filter((option) => {
          const optionKey = option.attributeName();
          if (this.getOptionValue(optionKey) === void 0) {
            return false;
          }
          return this.getOptionValueSource(optionKey) !== "default";
        });
        const optionsWithConflicting = definedNonDefaultOptions.filter(
          (option) => option.conflictsWith.length > 0
        );
        optionsWithConflicting.forEach((option) => {
          const conflictingAndDefined = definedNonDefaultOptions.find(
            (defined) => option.conflictsWith.includes(defined.attributeName())
          );
          if (conflictingAndDefined) {
            this._conflictingOption(option, conflictingAndDefined);
          }
        });
      }
      /**
       * Display an error message if conflicting options are used together.
       * Called after checking for help flags in leaf subcommand.
       *
       * @private
       */
      _checkForConflictingOptions() {
        this._getCommandAndAncestors().forEach((cmd) => {
          cmd._checkForConflictingLocalOptions();
        });
      }
      /**
       * Parse options from `argv` removing known options,
       * and return argv split into operands and unknown arguments.
       *
       * Side effects: modifies command by storing options. Does not reset state if called again.
       *
       * Examples:
       *
       *     argv => operands, unknown
       *     --known kkk op => [op], []
       *     op --known kkk => [op], []
       *     sub --unknown uuu op => [sub], [--unknown uuu op]
       *     sub -- --unknown uuu op => [sub --unknown uuu op], []
       *
       * @param {string[]} args
       * @return {{operands: string[], unknown: string[]}}
       */
      parseOptions(args) {
        const operands = [];
        const unknown = [];
        let dest = operands;
        function maybeOption(arg) {
          return arg.length > 1 && arg[0] === "-";
        }
        const negativeNumberArg = (arg) => {
          if (!/^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/.test(arg)) return false;
          return !this._getCommandAndAncestors().some(
            (cmd) => cmd.options.map((opt) => opt.short).some((short) => /^-\d$/.test(short))
          );
        };
        let activeVariadicOption = null;
        let activeGroup = null;
        let i = 0;
        while (i < args.length || activeGroup) {
          const arg = activeGroup ?? args[i++];
          activeGroup = null;
          if (arg === "--") {
            if (dest === unknown) dest.push(arg);
            dest.push(...args.slice(i));
            break;
          }
          if (activeVariadicOption && (!maybeOption(arg) || negativeNumberArg(arg))) {
            this.emit(`option:${activeVariadicOption.name()}`, arg);
            continue;
          }
          activeVariadicOption = null;
          if (maybeOption(arg)) {
            const option = this._findOption(arg);
            if (option) {
              if (option.required) {
                const value = args[i++];
                if (value === void 0) this.optionMissingArgument(option);
                this.emit(`option:${option.name()}`, value);
              } else if (option.optional) {
                let value = null;
                if (i < args.length && (!maybeOption(args[i]) || negativeNumberArg(args[i]))) {
                  value = args[i++];
                }
                this.emit(`option:${option.name()}`, value);
              } else {
                this.emit(`option:${option.name()}`);
              }
              activeVariadicOption = option.variadic ? option : null;
              continue;
            }
          }
          if (arg.length > 2 && arg[0] === "-" && arg[1] !== "-") {
            const option = this._findOption(`-${arg[1]}`);
            if (option) {
              if (option.required || option.optional && this._combineFlagAndOptionalValue) {
                this.emit(`option:${option.name()}`, arg.slice(2));
              } else {
                this.emit(`option:${option.name()}`);
                activeGroup = `-${arg.slice(2)}`;
              }
              continue;
            }
          }
          if (/^--[^=]+=/.test(arg)) {
            const index = arg.indexOf("=");
            const option = this._findOption(arg.slice(0, index));
            if (option && (option.required || option.optional)) {
              this.emit(`option:${option.name()}`, arg.slice(index + 1));
              continue;
            }
          }
          if (dest === operands && maybeOption(arg) && !(this.commands.length === 0 && negativeNumberArg(arg))) {
            dest = unknown;
          }
          if ((this._enablePositionalOptions || this._passThroughOptions) && operands.length === 0 && unknown.length === 0) {
            if (this._findCommand(arg)) {
              operands.push(arg);
              unknown.push(...args.slice(i));
              break;
            } else if (this._getHelpCommand() && arg === this._getHelpCommand().name()) {
              operands.push(arg, ...args.slice(i));
              break;
            } else if (this._defaultCommandName) {
              unknown.push(arg, ...args.slice(i));
              break;
            }
          }
          if (this._passThroughOptions) {
            dest.push(arg, ...args.slice(i));
            break;
          }
          dest.push(arg);
        }
        return { operands, unknown };
      }
      /**
       * Return an object containing local option values as key-value pairs.
       *
       * @return {object}
       */
      opts() {
        if (this._storeOptionsAsProperties) {
          const result = {};
          const len = this.options.length;
          for (let i = 0; i < len; i++) {
            const key = this.options[i].attributeName();
            result[key] = key === this._versionOptionName ? this._version : this[key];
          }
          return result;
        }
        return this._optionValues;
      }
      /**
       * Return an object containing merged local and global option values as key-value pairs.
       *
       * @return {object}
       */
      optsWithGlobals() {
        return this._getCommandAndAncestors().reduce(
          (combinedOptions, cmd) => Object.assign(combinedOptions, cmd.opts()),
          {}
        );
      }
      /**
       * Display error message and exit (or call exitOverride).
       *
       * @param {string} message
       * @param {object} [errorOptions]
       * @param {string} [errorOptions.code] - an id string representing the error
       * @param {number} [errorOptions.exitCode] - used with process.exit
       */
      error(message, errorOptions) {
        this._outputConfiguration.outputError(
          `${message}
`,
          this._outputConfiguration.writeErr
        );
        if (typeof this._showHelpAfterError === "string") {
          this._outputConfiguration.writeErr(`${this._showHelpAfterError}
`);
        } else if (this._showHelpAfterError) {
          this._outputConfiguration.writeErr("\n");
          this.outputHelp({ error: true });
        }
        const config = errorOptions || {};
        const exitCode = config.exitCode || 1;
        const code = config.code || "commander.error";
        this._exit(exitCode, code, message);
      }
      /**
       * Apply any option related environment variables, if option does
       * not have a value from cli or client code.
       *
       * @private
       */
      _parseOptionsEnv() {
        this.options.forEach((option) => {
          if (option.envVar && option.envVar in process2.env) {
            const optionKey = option.attributeName();
            if (this.getOptionValue(optionKey) === void 0 || ["default", "config", "env"].includes(
              this.getOptionValueSource(optionKey)
            )) {
              if (option.required || option.optional) {
                this.emit(`optionEnv:${option.name()}`, process2.env[option.envVar]);
              } else {
                this.emit(`optionEnv:${option.name()}`);
              }
            }
          }
        });
      }
      /**
       * Apply any implied option values, if option is undefined or default value.
       *
       * @private
       */
      _parseOptionsImplied() {
        const dualHelper = new DualOptions(this.options);
        const hasCustomOptionValue = (optionKey) => {
          return this.getOptionValue(optionKey) !== void 0 && !["default", "implied"].includes(this.getOptionValueSource(optionKey));
        };
        this.options.filter(
          (option) => option.implied !== void 0 && hasCustomOptionValue(option.attributeName()) && dualHelper.valueFromOption(
            this.getOptionValue(option.attributeName()),
            option
          )
        ).forEach((option) => {
          Object.keys(option.implied).filter((impliedKey) => !hasCustomOptionValue(impliedKey)).forEach((impliedKey) => {
            this.setOptionValueWithSource(
              impliedKey,
              option.implied[impliedKey],
              "implied"
            );
          });
        });
      }
      /**
       * Argument `name` is missing.
       *
       * @param {string} name
       * @private
       */
      missingArgument(name) {
        const message = `error: missing required argument '${name}'`;
        this.error(message, { code: "commander.missingArgument" });
      }
      /**
       * `Option` is missing an argument.
       *
       * @param {Option} option
       * @private
       */
      optionMissingArgument(option) {
        const message = `error: option '${option.flags}' argument missing`;
        this.error(message, { code: "commander.optionMissingArgument" });
      }
      /**
       * `Option` does not have a value, and is a mandatory option.
       *
       * @param {Option} option
       * @private
       */
      missingMandatoryOptionValue(option) {
        const message = `error: required option '${option.flags}' not specified`;
        this.error(message, { code: "commander.missingMandatoryOptionValue" });
      }
      /**
       * `Option` conflicts with another option.
       *
       * @param {Option} option
       * @param {Option} conflictingOption
       * @private
       */
      _conflictingOption(option, conflictingOption) {
        const findBestOptionFromValue = (option2) => {
          const optionKey = option2.attributeName();
          const optionValue = this.getOptionValue(optionKey);
          const negativeOption = this.options.find(
            (target) => target.negate && optionKey === target.attributeName()
          );
          const positiveOption = this.options.find(
            (target) => !target.negate && optionKey === target.attributeName()
          );
          if (negativeOption && (negativeOption.presetArg === void 0 && optionValue === false || negativeOption.presetArg !== void 0 && optionValue === negativeOption.presetArg)) {
            return negativeOption;
          }
          return positiveOption || option2;
        };
        const getErrorMessage = (option2) => {
          const bestOption = findBestOptionFromValue(option2);
          const optionKey = bestOption.attributeName();
          const source = this.getOptionValueSource(optionKey);
          if (source === "env") {
            return `environment variable '${bestOption.envVar}'`;
          }
          return `option '${bestOption.flags}'`;
        };
        const message = `error: ${getErrorMessage(option)} cannot be used with ${getErrorMessage(conflictingOption)}`;
        this.error(message, { code: "commander.conflictingOption" });
      }
      /**
       * Unknown option `flag`.
       *
       * @param {string} flag
       * @private
       */
      unknownOption(flag) {
        if (this._allowUnknownOption) return;
        let suggestion = "";
        if (flag.startsWith("--") && this._showSuggestionAfterError) {
          let candidateFlags = [];
          let command = this;
          do {
            const moreFlags = command.createHelp().visibleOptions(command).filter((option) => option.long).map((option) => option.long);
            candidateFlags = candidateFlags.concat(moreFlags);
            command = command.parent;
          } while (command && !command._enablePositionalOptions);
          suggestion = suggestSimilar(flag, candidateFlags);
        }
        const message = `error: unknown option '${flag}'${suggestion}`;
        this.error(message, { code: "commander.unknownOption" });
      }
      /**
       * Excess arguments, more than expected.
       *
       * @param {string[]} receivedArgs
       * @private
       */
      _excessArguments(receivedArgs) {
        if (this._allowExcessArguments) return;
        const expected = this.registeredArguments.length;
        const s = expected === 1 ? "" : "s";
        const forSubcommand = this.parent ? ` for '${this.name()}'` : "";
        const message = `error: too many arguments${forSubcommand}. Expected ${expected} argument${s} but got ${receivedArgs.length}.`;
        this.error(message, { code: "commander.excessArguments" });
      }
      /**
       * Unknown command.
       *
       * @private
       */
      unknownCommand() {
        const unknownName = this.args[0];
        let suggestion = "";
        if (this._showSuggestionAfterError) {
          const candidateNames = [];
          this.createHelp().visibleCommands(this).forEach((command) => {
            candidateNames.push(command.name());
            if (command.alias()) candidateNames.push(command.alias());
          });
          suggestion = suggestSimilar(unknownName, candidateNames);
        }
        const message = `error: unknown command '${unknownName}'${suggestion}`;
        this.error(message, { code: "commander.unknownCommand" });
      }
      /**
       * Get or set the program version.
       *
       * This method auto-registers the "-V, --version" option which will print the version number.
       *
       * You can optionally supply the flags and description to override the defaults.
       *
       * @param {string} [str]
       * @param {string} [flags]
       * @param {string} [description]
       * @return {(this | string | undefined)} `this` command for chaining, or version string if no arguments
       */
      version(str, flags, description) {
        if (str === void 0) return this._version;
        this._version = str;
        flags = flags || "-V, --version";
        description = description || "output the version number";
        const versionOption = this.createOption(flags, description);
        this._versionOptionName = versionOption.attributeName();
        this._registerOption(versionOption);
        this.on("option:" + versionOption.name(), () => {
          this._outputConfiguration.writeOut(`${str}
`);
          this._exit(0, "commander.version", str);
        });
        return this;
      }
      /**
       * Set the description.
       *
       * @param {string} [str]
       * @param {object} [argsDescription]
       * @return {(string|Command)}
       */
      description(str, argsDescription) {
        if (str === void 0 && argsDescription === void 0)
          return this._description;
        this._description = str;
        if (argsDescription) {
          this._argsDescription = argsDescription;
        }
        return this;
      }
      /**
       * Set the summary. Used when listed as subcommand of parent.
       *
       * @param {string} [str]
       * @return {(string|Command)}
       */
      summary(str) {
        if (str === void 0) return this._summary;
        this._summary = str;
        return this;
      }
      /**
       * Set an alias for the command.
       *
       * You may call more than once to add multiple aliases. Only the first alias is shown in the auto-generated help.
       *
       * @param {string} [alias]
       * @return {(string|Command)}
       */
      alias(alias) {
        if (alias === void 0) return this._aliases[0];
        let command = this;
        if (this.commands.length !== 0 && this.commands[this.commands.length - 1]._executableHandler) {
          command = this.commands[this.commands.length - 1];
        }
        if (alias === command._name)
          throw new Error("Command alias can't be the same as its name");
        const matchingCommand = this.parent?._findCommand(alias);
        if (matchingCommand) {
          const existingCmd = [matchingCommand.name()].concat(matchingCommand.aliases()).join("|");
          throw new Error(
            `cannot add alias '${alias}' to command '${this.name()}' as already have command '${existingCmd}'`
          );
        }
        command._aliases.push(alias);
        return this;
      }
      /**
       * Set aliases for the command.
       *
       * Only the first alias is shown in the auto-generated help.
       *
       * @param {string[]} [aliases]
       * @return {(string[]|Command)}
       */
      aliases(aliases) {
        if (aliases === void 0) return this._aliases;
        aliases.forEach((alias) => this.alias(alias));
        return this;
      }
      /**
       * Set / get the command usage `str`.
       *
       * @param {string} [str]
       * @return {(string|Command)}
       */
      usage(str) {
        if (str === void 0) {
          if (this._usage) return this._usage;
          const args = this.registeredArguments.map((arg) => {
            return humanReadableArgName(arg);
          });
          return [].concat(
            this.options.length || this._helpOption !== null ? "[options]" : [],
            this.commands.length ? "[command]" : [],
            this.registeredArguments.length ? args : []
          ).join(" ");
        }
        this._usage = str;
        return this;
      }
      /**
       * Get or set the name of the command.
       *
       * @param {string} [str]
       * @return {(string|Command)}
       */
      name(str) {
        if (str === void 0) return this._name;
        this._name = str;
        return this;
      }
      /**
       * Set/get the help group heading for this subcommand in parent command's help.
       *
       * @param {string} [heading]
       * @return {Command | string}
       */
      helpGroup(heading) {
        if (heading === void 0) return this._helpGroupHeading ?? "";
        this._helpGroupHeading = heading;
        return this;
      }
      /**
       * Set/get the default help group heading for subcommands added to this command.
       * (This does not override a group set directly on the subcommand using .helpGroup().)
       *
       * @example
       * program.commandsGroup('Development Commands:);
       * program.command('watch')...
       * program.command('lint')...
       * ...
       *
       * @param {string} [heading]
       * @returns {Command | string}
       */
      commandsGroup(heading) {
        if (heading === void 0) return this._defaultCommandGroup ?? "";
        this._defaultCommandGroup = heading;
        return this;
      }
      /**
       * Set/get the default help group heading for options added to this command.
       * (This does not override a group set directly on the option using .helpGroup().)
       *
       * @example
       * program
       *   .optionsGroup('Development Options:')
       *   .option('-d, --debug', 'output extra debugging')
       *   .option('-p, --profile', 'output profiling information')
       *
       * @param {string} [heading]
       * @returns {Command | string}
       */
      optionsGroup(heading) {
        if (heading === void 0) return this._defaultOptionGroup ?? "";
        this._defaultOptionGroup = heading;
        return this;
      }
      /**
       * @param {Option} option
       * @private
       */
      _initOptionGroup(option) {
        if (this._defaultOptionGroup && !option.helpGroupHeading)
          option.helpGroup(this._defaultOptionGroup);
      }
      /**
       * @param {Command} cmd
       * @private
       */
      _initCommandGroup(cmd) {
        if (this._defaultCommandGroup && !cmd.helpGroup())
          cmd.helpGroup(this._defaultCommandGroup);
      }
      /**
       * Set the name of the command from script filename, such as process.argv[1],
       * or require.main.filename, or __filename.
       *
       * (Used internally and public although not documented in README.)
       *
       * @example
       * program.nameFromFilename(require.main.filename);
       *
       * @param {string} filename
       * @return {Command}
       */
      nameFromFilename(filename) {
        this._name = path.basename(filename, path.extname(filename));
        return this;
      }
      /**
       * Get or set the directory for searching for executable subcommands of this command.
       *
       * @example
       * program.executableDir(__dirname);
       * // or
       * program.executableDir('subcommands');
       *
       * @param {string} [path]
       * @return {(string|null|Command)}
       */
      executableDir(path2) {
        if (path2 === void 0) return this._executableDir;
        this._executableDir = path2;
        return this;
      }
      /**
       * Return program help documentation.
       *
       * @param {{ error: boolean }} [contextOptions] - pass {error:true} to wrap for stderr instead of stdout
       * @return {string}
       */
      helpInformation(contextOptions) {
        const helper = this.createHelp();
        const context = this._getOutputContext(contextOptions);
        helper.prepareContext({
          error: context.error,
          helpWidth: context.helpWidth,
          outputHasColors: context.hasColors
        });
        const text = helper.formatHelp(this, helper);
        if (context.hasColors) return text;
        return this._outputConfiguration.stripColor(text);
      }
      /**
       * @typedef HelpContext
       * @type {object}
       * @property {boolean} error
       * @property {number} helpWidth
       * @property {boolean} hasColors
       * @property {function} write - includes stripColor if needed
       *
       * @returns {HelpContext}
       * @private
       */
      _getOutputContext(contextOptions) {
        contextOptions = contextOptions || {};
        const error = !!contextOptions.error;
        let baseWrite;
        let hasColors;
        let helpWidth;
        if (error) {
          baseWrite = (str) => this._outputConfiguration.writeErr(str);
          hasColors = this._outputConfiguration.getErrHasColors();
          helpWidth = this._outputConfiguration.getErrHelpWidth();
        } else {
          baseWrite = (str) => this._outputConfiguration.writeOut(str);
          hasColors = this._outputConfiguration.getOutHasColors();
          helpWidth = this._outputConfiguration.getOutHelpWidth();
        }
        const write2 = (str) => {
          if (!hasColors) str = this._outputConfiguration.stripColor(str);
          return baseWrite(str);
        };
        return { error, write: write2, hasColors, helpWidth };
      }
      /**
       * Output help information for this command.
       *
       * Outputs built-in help, and custom text added using `.addHelpText()`.
       *
       * @param {{ error: boolean } | Function} [contextOptions] - pass {error:true} to write to stderr instead of stdout
       */
      outputHelp(contextOptions) {
        let deprecatedCallback;
        if (typeof contextOptions === "function") {
          deprecatedCallback = contextOptions;
          contextOptions = void 0;
        }
        const outputContext = this._getOutputContext(contextOptions);
        const eventContext = {
          error: outputContext.error,
          write: outputContext.write,
          command: this
        };
        this._getCommandAndAncestors().reverse().forEach((command) => command.emit("beforeAllHelp", eventContext));
        this.emit("beforeHelp", eventContext);
        let helpInformation = this.helpInformation({ error: outputContext.error });
        if (deprecatedCallback) {
          helpInformation = deprecatedCallback(helpInformation);
          if (typeof helpInformation !== "string" && !Buffer.isBuffer(helpInformation)) {
            throw new Error("outputHelp callback must return a string or a Buffer");
          }
        }
        outputContext.write(helpInformation);
        if (this._getHelpOption()?.long) {
          this.emit(this._getHelpOption().long);
        }
        this.emit("afterHelp", eventContext);
        this._getCommandAndAncestors().forEach(
          (command) => command.emit("afterAllHelp", eventContext)
        );
      }
      /**
       * You can pass in flags and a description to customise the built-in help option.
       * Pass in false to disable the built-in help option.
       *
       * @example
       * program.helpOption('-?, --help' 'show help'); // customise
       * program.helpOption(false); // disable
       *
       * @param {(string | boolean)} flags
       * @param {string} [description]
       * @return {Command} `this` command for chaining
       */
      helpOption(flags, description) {
        if (typeof flags === "boolean") {
          if (flags) {
            if (this._helpOption === null) this._helpOption = void 0;
            if (this._defaultOptionGroup) {
              this._initOptionGroup(this._getHelpOption());
            }
          } else {
            this._helpOption = null;
          }
          return this;
        }
        this._helpOption = this.createOption(
          flags ?? "-h, --help",
          description ?? "display help for command"
        );
        if (flags || description) this._initOptionGroup(this._helpOption);
        return this;
      }
      /**
       * Lazy create help option.
       * Returns null if has been disabled with .helpOption(false).
       *
       * @returns {(Option | null)} the help option
       * @package
       */
      _getHelpOption() {
        if (this._helpOption === void 0) {
          this.helpOption(void 0, void 0);
        }
        return this._helpOption;
      }
      /**
       * Supply your own option to use for the built-in help option.
       * This is an alternative to using helpOption() to customise the flags and description etc.
       *
       * @param {Option} option
       * @return {Command} `this` command for chaining
       */
      addHelpOption(option) {
        this._helpOption = option;
        this._initOptionGroup(option);
        return this;
      }
      /**
       * Output help information and exit.
       *
       * Outputs built-in help, and custom text added using `.addHelpText()`.
       *
       * @param {{ error: boolean }} [contextOptions] - pass {error:true} to write to stderr instead of stdout
       */
      help(contextOptions) {
        this.outputHelp(contextOptions);
        let exitCode = Number(process2.exitCode ?? 0);
        if (exitCode === 0 && contextOptions && typeof contextOptions !== "function" && contextOptions.error) {
          exitCode = 1;
        }
        this._exit(exitCode, "commander.help", "(outputHelp)");
      }
      /**
       * // Do a little typing to coordinate emit and listener for the help text events.
       * @typedef HelpTextEventContext
       * @type {object}
       * @property {boolean} error
       * @property {Command} command
       * @property {function} write
       */
      /**
       * Add additional text to be displayed with the built-in help.
       *
       * Position is 'before' or 'after' to affect just this command,
       * and 'beforeAll' or 'afterAll' to affect this command and all its subcommands.
       *
       * @param {string} position - before or after built-in help
       * @param {(string | Function)} text - string to add, or a function returning a string
       * @return {Command} `this` command for chaining
       */
      addHelpText(position, text) {
        const allowedValues = ["beforeAll", "before", "after", "afterAll"];
        if (!allowedValues.includes(position)) {
          throw new Error(`Unexpected value for position to addHelpText.
Expecting one of '${allowedValues.join("', '")}'`);
        }
        const helpEvent = `${position}Help`;
        this.on(helpEvent, (context) => {
          let helpStr;
          if (typeof text === "function") {
            helpStr = text({ error: context.error, command: context.command });
          } else {
            helpStr = text;
          }
          if (helpStr) {
            context.write(`${helpStr}
`);
          }
        });
        return this;
      }
      /**
       * Output help information if help flags specified
       *
       * @param {Array} args - array of options to search for help flags
       * @private
       */
      _outputHelpIfRequested(args) {
        const helpOption = this._getHelpOption();
        const helpRequested = helpOption && args.find((arg) => helpOption.is(arg));
        if (helpRequested) {
          this.outputHelp();
          this._exit(0, "commander.helpDisplayed", "(outputHelp)");
        }
      }
    };
    function incrementNodeInspectorPort(args) {
      return args.map((arg) => {
        if (!arg.startsWith("--inspect")) {
          return arg;
        }
        let debugOption;
        let debugHost = "127.0.0.1";
        let debugPort = "9229";
        let match;
        if ((match = arg.match(/^(--inspect(-brk)?)$/)) !== null) {
          debugOption = match[1];
        } else if ((match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+)$/)) !== null) {
          debugOption = match[1];
          if (/^\d+$/.test(match[3])) {
            debugPort = match[3];
          } else {
            debugHost = match[3];
          }
        } else if ((match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+):(\d+)$/)) !== null) {
          debugOption = match[1];
          debugHost = match[3];
          debugPort = match[4];
        }
        if (debugOption && debugPort !== "0") {
          return `${debugOption}=${debugHost}:${parseInt(debugPort) + 1}`;
        }
        return arg;
      });
    }
    function useColor() {
      if (process2.env.NO_COLOR || process2.env.FORCE_COLOR === "0" || process2.env.FORCE_COLOR === "false")
        return false;
      if (process2.env.FORCE_COLOR || process2.env.CLICOLOR_FORCE !== void 0)
        return true;
      return void 0;
    }
    exports.Command = Command2;
    exports.useColor = useColor;
  }
});

// node_modules/commander/index.js
var require_commander = __commonJS({
  "node_modules/commander/index.js"(exports) {
    var { Argument: Argument2 } = require_argument();
    var { Command: Command2 } = require_command();
    var { CommanderError: CommanderError2, InvalidArgumentError: InvalidArgumentError2 } = require_error();
    var { Help: Help2 } = require_help();
    var { Option: Option2 } = require_option();
    exports.program = new Command2();
    exports.createCommand = (name) => new Command2(name);
    exports.createOption = (flags, description) => new Option2(flags, description);
    exports.createArgument = (name, description) => new Argument2(name, description);
    exports.Command = Command2;
    exports.Option = Option2;
    exports.Argument = Argument2;
    exports.Help = Help2;
    exports.CommanderError = CommanderError2;
    exports.InvalidArgumentError = InvalidArgumentError2;
    exports.InvalidOptionArgumentError = InvalidArgumentError2;
  }
});

// node_modules/picomatch/lib/constants.js
var require_constants = __commonJS({
  "node_modules/picomatch/lib/constants.js"(exports, module) {
    "use strict";
    var WIN_SLASH = "\\\\/";
    var WIN_NO_SLASH = `[^${WIN_SLASH}]`;
    var DEFAULT_MAX_EXTGLOB_RECURSION = 0;
    var DOT_LITERAL = "\\.";
    var PLUS_LITERAL = "\\+";
    var QMARK_LITERAL = "\\?";
    var SLASH_LITERAL = "\\/";
    var ONE_CHAR = "(?=.)";
    var QMARK = "[^/]";
    var END_ANCHOR = `(?:${SLASH_LITERAL}|$)`;
    var START_ANCHOR = `(?:^|${SLASH_LITERAL})`;
    var DOTS_SLASH = `${DOT_LITERAL}{1,2}${END_ANCHOR}`;
    var NO_DOT = `(?!${DOT_LITERAL})`;
    var NO_DOTS = `(?!${START_ANCHOR}${DOTS_SLASH})`;
    var NO_DOT_SLASH = `(?!${DOT_LITERAL}{0,1}${END_ANCHOR})`;
    var NO_DOTS_SLASH = `(?!${DOTS_SLASH})`;
    var QMARK_NO_DOT = `[^.${SLASH_LITERAL}]`;
    var STAR = `${QMARK}*?`;
    var SEP = "/";
    var POSIX_CHARS = {
      DOT_LITERAL,
      PLUS_LITERAL,
      QMARK_LITERAL,
      SLASH_LITERAL,
      ONE_CHAR,
      QMARK,
      END_ANCHOR,
      DOTS_SLASH,
      NO_DOT,
      NO_DOTS,
      NO_DOT_SLASH,
      NO_DOTS_SLASH,
      QMARK_NO_DOT,
      STAR,
      START_ANCHOR,
      SEP
    };
    var WINDOWS_CHARS = {
      ...POSIX_CHARS,
      SLASH_LITERAL: `[${WIN_SLASH}]`,
      QMARK: WIN_NO_SLASH,
      STAR: `${WIN_NO_SLASH}*?`,
      DOTS_SLASH: `${DOT_LITERAL}{1,2}(?:[${WIN_SLASH}]|$)`,
      NO_DOT: `(?!${DOT_LITERAL})`,
      NO_DOTS: `(?!(?:^|[${WIN_SLASH}])${DOT_LITERAL}{1,2}(?:[${WIN_SLASH}]|$))`,
      NO_DOT_SLASH: `(?!${DOT_LITERAL}{0,1}(?:[${WIN_SLASH}]|$))`,
      NO_DOTS_SLASH: `(?!${DOT_LITERAL}{1,2}(?:[${WIN_SLASH}]|$))`,
      QMARK_NO_DOT: `[^.${WIN_SLASH}]`,
      START_ANCHOR: `(?:^|[${WIN_SLASH}])`,
      END_ANCHOR: `(?:[${WIN_SLASH}]|$)`,
      SEP: "\\"
    };
    var POSIX_REGEX_SOURCE = {
      __proto__: null,
      alnum: "a-zA-Z0-9",
      alpha: "a-zA-Z",
      ascii: "\\x00-\\x7F",
      blank: " \\t",
      cntrl: "\\x00-\\x1F\\x7F",
      digit: "0-9",
      graph: "\\x21-\\x7E",
      lower: "a-z",
      print: "\\x20-\\x7E ",
      punct: "\\-!\"#$%&'()\\*+,./:;<=>?@[\\]^_`{|}~",
      space: " \\t\\r\\n\\v\\f",
      upper: "A-Z",
      word: "A-Za-z0-9_",
      xdigit: "A-Fa-f0-9"
    };
    module.exports = {
      DEFAULT_MAX_EXTGLOB_RECURSION,
      MAX_LENGTH: 1024 * 64,
      POSIX_REGEX_SOURCE,
      // regular expressions
      REGEX_BACKSLASH: /\\(?![*+?^${}(|)[\]])/g,
      REGEX_NON_SPECIAL_CHARS: /^[^@![\].,$*+?^{}()|\\/]+/,
      REGEX_SPECIAL_CHARS: /[-*+?.^${}(|)[\]]/,
      REGEX_SPECIAL_CHARS_BACKREF: /(\\?)((\W)(\3*))/g,
      REGEX_SPECIAL_CHARS_GLOBAL: /([-*+?.^${}(|)[\]])/g,
      REGEX_REMOVE_BACKSLASH: /(?:\[.*?[^\\]\]|\\(?=.))/g,
      // Replace globs with equivalent patterns to reduce parsing time.
      REPLACEMENTS: {
        __proto__: null,
        "***": "*",
        "**/**": "**",
        "**/**/**": "**"
      },
      // Digits
      CHAR_0: 48,
      /* 0 */
      CHAR_9: 57,
      /* 9 */
      // Alphabet chars.
      CHAR_UPPERCASE_A: 65,
      /* A */
      CHAR_LOWERCASE_A: 97,
      /* a */
      CHAR_UPPERCASE_Z: 90,
      /* Z */
      CHAR_LOWERCASE_Z: 122,
      /* z */
      CHAR_LEFT_PARENTHESES: 40,
      /* ( */
      CHAR_RIGHT_PARENTHESES: 41,
      /* ) */
      CHAR_ASTERISK: 42,
      /* * */
      // Non-alphabetic chars.
      CHAR_AMPERSAND: 38,
      /* & */
      CHAR_AT: 64,
      /* @ */
      CHAR_BACKWARD_SLASH: 92,
      /* \ */
      CHAR_CARRIAGE_RETURN: 13,
      /* \r */
      CHAR_CIRCUMFLEX_ACCENT: 94,
      /* ^ */
      CHAR_COLON: 58,
      /* : */
      CHAR_COMMA: 44,
      /* , */
      CHAR_DOT: 46,
      /* . */
      CHAR_DOUBLE_QUOTE: 34,
      /* " */
      CHAR_EQUAL: 61,
      /* = */
      CHAR_EXCLAMATION_MARK: 33,
      /* ! */
      CHAR_FORM_FEED: 12,
      /* \f */
      CHAR_FORWARD_SLASH: 47,
      /* / */
      CHAR_GRAVE_ACCENT: 96,
      /* ` */
      CHAR_HASH: 35,
      /* # */
      CHAR_HYPHEN_MINUS: 45,
      /* - */
      CHAR_LEFT_ANGLE_BRACKET: 60,
      /* < */
      CHAR_LEFT_CURLY_BRACE: 123,
      /* { */
      CHAR_LEFT_SQUARE_BRACKET: 91,
      /* [ */
      CHAR_LINE_FEED: 10,
      /* \n */
      CHAR_NO_BREAK_SPACE: 160,
      /* \u00A0 */
      CHAR_PERCENT: 37,
      /* % */
      CHAR_PLUS: 43,
      /* + */
      CHAR_QUESTION_MARK: 63,
      /* ? */
      CHAR_RIGHT_ANGLE_BRACKET: 62,
      /* > */
      CHAR_RIGHT_CURLY_BRACE: 125,
      /* } */
      CHAR_RIGHT_SQUARE_BRACKET: 93,
      /* ] */
      CHAR_SEMICOLON: 59,
      /* ; */
      CHAR_SINGLE_QUOTE: 39,
      /* ' */
      CHAR_SPACE: 32,
      /*   */
      CHAR_TAB: 9,
      /* \t */
      CHAR_UNDERSCORE: 95,
      /* _ */
      CHAR_VERTICAL_LINE: 124,
      /* | */
      CHAR_ZERO_WIDTH_NOBREAK_SPACE: 65279,
      /* \uFEFF */
      /**
       * Create EXTGLOB_CHARS
       */
      extglobChars(chars) {
        return {
          "!": { type: "negate", open: "(?:(?!(?:", close: `))${chars.STAR})` },
          "?": { type: "qmark", open: "(?:", close: ")?" },
          "+": { type: "plus", open: "(?:", close: ")+" },
          "*": { type: "star", open: "(?:", close: ")*" },
          "@": { type: "at", open: "(?:", close: ")" }
        };
      },
      /**
       * Create GLOB_CHARS
       */
      globChars(win32) {
        return win32 === true ? WINDOWS_CHARS : POSIX_CHARS;
      }
    };
  }
});

// node_modules/picomatch/lib/utils.js
var require_utils = __commonJS({
  "node_modules/picomatch/lib/utils.js"(exports) {
    "use strict";
    var {
      REGEX_BACKSLASH,
      REGEX_REMOVE_BACKSLASH,
      REGEX_SPECIAL_CHARS,
      REGEX_SPECIAL_CHARS_GLOBAL
    } = require_constants();
    exports.isObject = (val) => val !== null && typeof val === "object" && !Array.isArray(val);
    exports.hasRegexChars = (str) => REGEX_SPECIAL_CHARS.test(str);
    exports.isRegexChar = (str) => str.length === 1 && exports.hasRegexChars(str);
    exports.escapeRegex = (str) => str.replace(REGEX_SPECIAL_CHARS_GLOBAL, "\\$1");
    exports.toPosixSlashes = (str) => str.replace(REGEX_BACKSLASH, "/");
    exports.isWindows = () => {
      if (typeof navigator !== "undefined" && navigator.platform) {
        const platform = navigator.platform.toLowerCase();
        return platform === "win32" || platform === "windows";
      }
      if (typeof process !== "undefined" && process.platform) {
        return process.platform === "win32";
      }
      return false;
    };
    exports.removeBackslashes = (str) => {
      return str.replace(REGEX_REMOVE_BACKSLASH, (match) => {
        return match === "\\" ? "" : match;
      });
    };
    exports.escapeLast = (input, char, lastIdx) => {
      const idx = input.lastIndexOf(char, lastIdx);
      if (idx === -1) return input;
      if (input[idx - 1] === "\\") return exports.escapeLast(input, char, idx - 1);
      return `${input.slice(0, idx)}\\${input.slice(idx)}`;
    };
    exports.removePrefix = (input, state = {}) => {
      let output = input;
      if (output.startsWith("./")) {
        output = output.slice(2);
        state.prefix = "./";
      }
      return output;
    };
    exports.wrapOutput = (input, state = {}, options2 = {}) => {
      const prepend = options2.contains ? "" : "^";
      const append = options2.contains ? "" : "$";
      let output = `${prepend}(?:${input})${append}`;
      if (state.negated === true) {
        output = `(?:^(?!${output}).*$)`;
      }
      return output;
    };
    exports.basename = (path, { windows } = {}) => {
      const segs = path.split(windows ? /[\\/]/ : "/");
      const last = segs[segs.length - 1];
      if (last === "") {
        return segs[segs.length - 2];
      }
      return last;
    };
  }
});

// node_modules/picomatch/lib/scan.js
var require_scan = __commonJS({
  "node_modules/picomatch/lib/scan.js"(exports, module) {
    "use strict";
    var utils = require_utils();
    var {
      CHAR_ASTERISK,
      /* * */
      CHAR_AT,
      /* @ */
      CHAR_BACKWARD_SLASH,
      /* \ */
      CHAR_COMMA,
      /* , */
      CHAR_DOT,
      /* . */
      CHAR_EXCLAMATION_MARK,
      /* ! */
      CHAR_FORWARD_SLASH,
      /* / */
      CHAR_LEFT_CURLY_BRACE,
      /* { */
      CHAR_LEFT_PARENTHESES,
      /* ( */
      CHAR_LEFT_SQUARE_BRACKET,
      /* [ */
      CHAR_PLUS,
      /* + */
      CHAR_QUESTION_MARK,
      /* ? */
      CHAR_RIGHT_CURLY_BRACE,
      /* } */
      CHAR_RIGHT_PARENTHESES,
      /* ) */
      CHAR_RIGHT_SQUARE_BRACKET
      /* ] */
    } = require_constants();
    var isPathSeparator = (code) => {
      return code === CHAR_FORWARD_SLASH || code === CHAR_BACKWARD_SLASH;
    };
    var depth = (token) => {
      if (token.isPrefix !== true) {
        token.depth = token.isGlobstar ? Infinity : 1;
      }
    };
    var scan = (input, options2) => {
      const opts = options2 || {};
      const length = input.length - 1;
      const scanToEnd = opts.parts === true || opts.tokens === true || opts.scanToEnd === true;
      const slashes = [];
      const tokens = [];
      const parts = [];
      let str = input;
      let index = -1;
      let start2 = 0;
      let lastIndex = 0;
      let isBrace = false;
      let isBracket = false;
      let isGlob = false;
      let isExtglob = false;
      let isGlobstar = false;
      let braceEscaped = false;
      let backslashes = false;
      let negated = false;
      let negatedExtglob = false;
      let finished = false;
      let braces = 0;
      let prev;
      let code;
      let token = { value: "", depth: 0, isGlob: false };
      const eos = () => index >= length;
      const peek = () => str.charCodeAt(index + 1);
      const advance = () => {
        prev = code;
        return str.charCodeAt(++index);
      };
      while (index < length) {
        code = advance();
        let next;
        if (code === CHAR_BACKWARD_SLASH) {
          backslashes = token.backslashes = true;
          code = advance();
          if (code === CHAR_LEFT_CURLY_BRACE) {
            braceEscaped = true;
          }
          continue;
        }
        if (braceEscaped === true || code === CHAR_LEFT_CURLY_BRACE) {
          braces++;
          while (eos() !== true && (code = advance())) {
            if (code === CHAR_BACKWARD_SLASH) {
              backslashes = token.backslashes = true;
              advance();
              continue;
            }
            if (code === CHAR_LEFT_CURLY_BRACE) {
              braces++;
              continue;
            }
            if (braceEscaped !== true && code === CHAR_DOT && (code = advance()) === CHAR_DOT) {
              isBrace = token.isBrace = true;
              isGlob = token.isGlob = true;
              finished = true;
              if (scanToEnd === true) {
                continue;
              }
              break;
            }
            if (braceEscaped !== true && code === CHAR_COMMA) {
              isBrace = token.isBrace = true;
              isGlob = token.isGlob = true;
              finished = true;
              if (scanToEnd === true) {
                continue;
              }
              break;
            }
            if (code === CHAR_RIGHT_CURLY_BRACE) {
              braces--;
              if (braces === 0) {
                braceEscaped = false;
                isBrace = token.isBrace = true;
                finished = true;
                break;
              }
            }
          }
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (code === CHAR_FORWARD_SLASH) {
          slashes.push(index);
          tokens.push(token);
          token = { value: "", depth: 0, isGlob: false };
          if (finished === true) continue;
          if (prev === CHAR_DOT && index === start2 + 1) {
            start2 += 2;
            continue;
          }
          lastIndex = index + 1;
          continue;
        }
        if (opts.noext !== true) {
          const isExtglobChar = code === CHAR_PLUS || code === CHAR_AT || code === CHAR_ASTERISK || code === CHAR_QUESTION_MARK || code === CHAR_EXCLAMATION_MARK;
          if (isExtglobChar === true && peek() === CHAR_LEFT_PARENTHESES) {
            isGlob = token.isGlob = true;
            isExtglob = token.isExtglob = true;
            finished = true;
            if (code === CHAR_EXCLAMATION_MARK && index === start2) {
              negatedExtglob = true;
            }
            if (scanToEnd === true) {
              let parens = 0;
              while (eos() !== true && (code = advance())) {
                if (code === CHAR_BACKWARD_SLASH) {
                  backslashes = token.backslashes = true;
                  advance();
                  continue;
                }
                if (code === CHAR_LEFT_PARENTHESES) {
                  parens++;
                  continue;
                }
                if (code === CHAR_RIGHT_PARENTHESES && --parens === 0) {
                  finished = true;
                  break;
                }
              }
              continue;
            }
            break;
          }
        }
        if (code === CHAR_ASTERISK) {
          if (prev === CHAR_ASTERISK) isGlobstar = token.isGlobstar = true;
          isGlob = token.isGlob = true;
          finished = true;
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (code === CHAR_QUESTION_MARK) {
          isGlob = token.isGlob = true;
          finished = true;
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (code === CHAR_LEFT_SQUARE_BRACKET) {
          while (eos() !== true && (next = advance())) {
            if (next === CHAR_BACKWARD_SLASH) {
              backslashes = token.backslashes = true;
              advance();
              continue;
            }
            if (next === CHAR_RIGHT_SQUARE_BRACKET) {
              isBracket = token.isBracket = true;
              isGlob = token.isGlob = true;
              finished = true;
              break;
            }
          }
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (opts.nonegate !== true && code === CHAR_EXCLAMATION_MARK && index === start2) {
          negated = token.negated = true;
          start2++;
          continue;
        }
        if (opts.noparen !== true && code === CHAR_LEFT_PARENTHESES) {
          isGlob = token.isGlob = true;
          if (scanToEnd === true) {
            let parens = 1;
            while (eos() !== true && (code = advance())) {
              if (code === CHAR_BACKWARD_SLASH) {
                backslashes = token.backslashes = true;
                advance();
                continue;
              }
              if (code === CHAR_LEFT_PARENTHESES) {
                parens++;
                continue;
              }
              if (code === CHAR_RIGHT_PARENTHESES && --parens === 0) {
                finished = true;
                break;
              }
            }
            continue;
          }
          break;
        }
        if (isGlob === true) {
          finished = true;
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
      }
      if (opts.noext === true) {
        isExtglob = false;
        isGlob = false;
      }
      let base = str;
      let prefix = "";
      let glob = "";
      if (start2 > 0) {
        prefix = str.slice(0, start2);
        str = str.slice(start2);
        lastIndex -= start2;
      }
      if (base && isGlob === true && lastIndex > 0) {
        base = str.slice(0, lastIndex);
        glob = str.slice(lastIndex);
      } else if (isGlob === true) {
        base = "";
        glob = str;
      } else {
        base = str;
      }
      if (base && base !== "" && base !== "/" && base !== str) {
        if (isPathSeparator(base.charCodeAt(base.length - 1))) {
          base = base.slice(0, -1);
        }
      }
      if (opts.unescape === true) {
        if (glob) glob = utils.removeBackslashes(glob);
        if (base && backslashes === true) {
          base = utils.removeBackslashes(base);
        }
      }
      const state = {
        prefix,
        input,
        start: start2,
        base,
        glob,
        isBrace,
        isBracket,
        isGlob,
        isExtglob,
        isGlobstar,
        negated,
        negatedExtglob
      };
      if (opts.tokens === true) {
        state.maxDepth = 0;
        if (!isPathSeparator(code)) {
          tokens.push(token);
        }
        state.tokens = tokens;
      }
      if (opts.parts === true || opts.tokens === true) {
        let prevIndex;
        for (let idx = 0; idx < slashes.length; idx++) {
          const n2 = prevIndex !== void 0 ? prevIndex + 1 : start2;
          const i = slashes[idx];
          const value2 = input.slice(n2, i);
          if (opts.tokens) {
            if (idx === 0 && start2 !== 0) {
              tokens[idx].isPrefix = true;
              tokens[idx].value = prefix;
            } else {
              tokens[idx].value = value2;
            }
            depth(tokens[idx]);
            state.maxDepth += tokens[idx].depth;
          }
          if (i >= start2) {
            parts.push(value2);
            prevIndex = i;
          }
        }
        const n = prevIndex !== void 0 ? prevIndex + 1 : start2;
        const value = input.slice(n);
        parts.push(value);
        if (opts.tokens && prevIndex && prevIndex + 1 < input.length) {
          tokens[tokens.length - 1].value = value;
          depth(tokens[tokens.length - 1]);
          state.maxDepth += tokens[tokens.length - 1].depth;
        }
        state.slashes = slashes;
        state.parts = parts;
      }
      return state;
    };
    module.exports = scan;
  }
});

// node_modules/picomatch/lib/parse.js
var require_parse = __commonJS({
  "node_modules/picomatch/lib/parse.js"(exports, module) {
    "use strict";
    var constants7 = require_constants();
    var utils = require_utils();
    var {
      MAX_LENGTH,
      POSIX_REGEX_SOURCE,
      REGEX_NON_SPECIAL_CHARS,
      REGEX_SPECIAL_CHARS_BACKREF,
      REPLACEMENTS
    } = constants7;
    var expandRange = (args, options2) => {
      if (typeof options2.expandRange === "function") {
        return options2.expandRange(...args, options2);
      }
      args.sort();
      const value = `[${args.join("-")}]`;
      try {
        new RegExp(value);
      } catch (ex) {
        return args.map((v) => utils.escapeRegex(v)).join("..");
      }
      return value;
    };
    var syntaxError = (type, char) => {
      return `Missing ${type}: "${char}" - use "\\\\${char}" to match literal characters`;
    };
    var splitTopLevel = (input) => {
      const parts = [];
      let bracket = 0;
      let paren = 0;
      let quote = 0;
      let value = "";
      let escaped2 = false;
      for (const ch of input) {
        if (escaped2 === true) {
          value += ch;
          escaped2 = false;
          continue;
        }
        if (ch === "\\") {
          value += ch;
          escaped2 = true;
          continue;
        }
        if (ch === '"') {
          quote = quote === 1 ? 0 : 1;
          value += ch;
          continue;
        }
        if (quote === 0) {
          if (ch === "[") {
            bracket++;
          } else if (ch === "]" && bracket > 0) {
            bracket--;
          } else if (bracket === 0) {
            if (ch === "(") {
              paren++;
            } else if (ch === ")" && paren > 0) {
              paren--;
            } else if (ch === "|" && paren === 0) {
              parts.push(value);
              value = "";
              continue;
            }
          }
        }
        value += ch;
      }
      parts.push(value);
      return parts;
    };
    var isPlainBranch = (branch) => {
      let escaped2 = false;
      for (const ch of branch) {
        if (escaped2 === true) {
          escaped2 = false;
          continue;
        }
        if (ch === "\\") {
          escaped2 = true;
          continue;
        }
        if (/[?*+@!()[\]{}]/.test(ch)) {
          return false;
        }
      }
      return true;
    };
    var normalizeSimpleBranch = (branch) => {
      let value = branch.trim();
      let changed2 = true;
      while (changed2 === true) {
        changed2 = false;
        if (/^@\([^\\()[\]{}|]+\)$/.test(value)) {
          value = value.slice(2, -1);
          changed2 = true;
        }
      }
      if (!isPlainBranch(value)) {
        return;
      }
      return value.replace(/\\(.)/g, "$1");
    };
    var hasRepeatedCharPrefixOverlap = (branches) => {
      const values = branches.map(normalizeSimpleBranch).filter(Boolean);
      for (let i = 0; i < values.length; i++) {
        for (let j = i + 1; j < values.length; j++) {
          const a = values[i];
          const b = values[j];
          const char = a[0];
          if (!char || a !== char.repeat(a.length) || b !== char.repeat(b.length)) {
            continue;
          }
          if (a === b || a.startsWith(b) || b.startsWith(a)) {
            return true;
          }
        }
      }
      return false;
    };
    var parseRepeatedExtglob = (pattern, requireEnd = true) => {
      if (pattern[0] !== "+" && pattern[0] !== "*" || pattern[1] !== "(") {
        return;
      }
      let bracket = 0;
      let paren = 0;
      let quote = 0;
      let escaped2 = false;
      for (let i = 1; i < pattern.length; i++) {
        const ch = pattern[i];
        if (escaped2 === true) {
          escaped2 = false;
          continue;
        }
        if (ch === "\\") {
          escaped2 = true;
          continue;
        }
        if (ch === '"') {
          quote = quote === 1 ? 0 : 1;
          continue;
        }
        if (quote === 1) {
          continue;
        }
        if (ch === "[") {
          bracket++;
          continue;
        }
        if (ch === "]" && bracket > 0) {
          bracket--;
          continue;
        }
        if (bracket > 0) {
          continue;
        }
        if (ch === "(") {
          paren++;
          continue;
        }
        if (ch === ")") {
          paren--;
          if (paren === 0) {
            if (requireEnd === true && i !== pattern.length - 1) {
              return;
            }
            return {
              type: pattern[0],
              body: pattern.slice(2, i),
              end: i
            };
          }
        }
      }
    };
    var buildCharClassStar = (chars) => {
      const source = chars.length === 1 ? utils.escapeRegex(chars[0]) : `[${chars.map((ch) => utils.escapeRegex(ch)).join("")}]`;
      return `${source}*`;
    };
    var getStarExtglobSequenceChars = (pattern) => {
      let index = 0;
      const chars = [];
      while (index < pattern.length) {
        const match = parseRepeatedExtglob(pattern.slice(index), false);
        if (!match || match.type !== "*") {
          return;
        }
        const branches = splitTopLevel(match.body).map((branch2) => branch2.trim());
        if (branches.length !== 1) {
          return;
        }
        const branch = normalizeSimpleBranch(branches[0]);
        if (!branch || branch.length !== 1) {
          return;
        }
        chars.push(branch);
        index += match.end + 1;
      }
      if (chars.length < 1) {
        return;
      }
      return chars;
    };
    var repeatedExtglobRecursion = (pattern) => {
      let depth = 0;
      let value = pattern.trim();
      let match = parseRepeatedExtglob(value);
      while (match) {
        depth++;
        value = match.body.trim();
        match = parseRepeatedExtglob(value);
      }
      return depth;
    };
    var analyzeRepeatedExtglob = (body, options2) => {
      if (options2.maxExtglobRecursion === false) {
        return { risky: false };
      }
      const max = typeof options2.maxExtglobRecursion === "number" ? options2.maxExtglobRecursion : constants7.DEFAULT_MAX_EXTGLOB_RECURSION;
      const branches = splitTopLevel(body).map((branch) => branch.trim());
      if (branches.length > 1) {
        if (branches.some((branch) => branch === "") || branches.some((branch) => /^[*?]+$/.test(branch)) || hasRepeatedCharPrefixOverlap(branches)) {
          return { risky: true };
        }
      }
      const safeChars = [];
      let sawStarSequence = false;
      let combinable = true;
      for (const branch of branches) {
        const chars = getStarExtglobSequenceChars(branch);
        if (chars) {
          sawStarSequence = true;
          safeChars.push(...chars);
          continue;
        }
        const literal = normalizeSimpleBranch(branch);
        if (literal && literal.length === 1) {
          safeChars.push(literal);
          continue;
        }
        combinable = false;
        if (repeatedExtglobRecursion(branch) > max) {
          return { risky: true };
        }
      }
      if (sawStarSequence) {
        return combinable ? { risky: true, safeOutput: buildCharClassStar([...new Set(safeChars)]) } : { risky: true };
      }
      return { risky: false };
    };
    var parse = (input, options2) => {
      if (typeof input !== "string") {
        throw new TypeError("Expected a string");
      }
      input = REPLACEMENTS[input] || input;
      const opts = { ...options2 };
      const max = typeof opts.maxLength === "number" ? Math.min(MAX_LENGTH, opts.maxLength) : MAX_LENGTH;
      let len = input.length;
      if (len > max) {
        throw new SyntaxError(`Input length: ${len}, exceeds maximum allowed length: ${max}`);
      }
      const bos = { type: "bos", value: "", output: opts.prepend || "" };
      const tokens = [bos];
      const capture = opts.capture ? "" : "?:";
      const PLATFORM_CHARS = constants7.globChars(opts.windows);
      const EXTGLOB_CHARS = constants7.extglobChars(PLATFORM_CHARS);
      const {
        DOT_LITERAL,
        PLUS_LITERAL,
        SLASH_LITERAL,
        ONE_CHAR,
        DOTS_SLASH,
        NO_DOT,
        NO_DOT_SLASH,
        NO_DOTS_SLASH,
        QMARK,
        QMARK_NO_DOT,
        STAR,
        START_ANCHOR
      } = PLATFORM_CHARS;
      const globstar = (opts2) => {
        return `(${capture}(?:(?!${START_ANCHOR}${opts2.dot ? DOTS_SLASH : DOT_LITERAL}).)*?)`;
      };
      const nodot = opts.dot ? "" : NO_DOT;
      const qmarkNoDot = opts.dot ? QMARK : QMARK_NO_DOT;
      let star = opts.bash === true ? globstar(opts) : STAR;
      if (opts.capture) {
        star = `(${star})`;
      }
      if (typeof opts.noext === "boolean") {
        opts.noextglob = opts.noext;
      }
      const state = {
        input,
        index: -1,
        start: 0,
        dot: opts.dot === true,
        consumed: "",
        output: "",
        prefix: "",
        backtrack: false,
        negated: false,
        brackets: 0,
        braces: 0,
        parens: 0,
        quotes: 0,
        globstar: false,
        tokens
      };
      input = utils.removePrefix(input, state);
      len = input.length;
      const extglobs = [];
      const braces = [];
      const stack = [];
      let prev = bos;
      let value;
      const eos = () => state.index === len - 1;
      const peek = state.peek = (n = 1) => input[state.index + n];
      const advance = state.advance = () => input[++state.index] || "";
      const remaining = () => input.slice(state.index + 1);
      const consume = (value2 = "", num = 0) => {
        state.consumed += value2;
        state.index += num;
      };
      const append = (token) => {
        state.output += token.output != null ? token.output : token.value;
        consume(token.value);
      };
      const negate = () => {
        let count = 1;
        while (peek() === "!" && (peek(2) !== "(" || peek(3) === "?")) {
          advance();
          state.start++;
          count++;
        }
        if (count % 2 === 0) {
          return false;
        }
        state.negated = true;
        state.start++;
        return true;
      };
      const increment = (type) => {
        state[type]++;
        stack.push(type);
      };
      const decrement = (type) => {
        state[type]--;
        stack.pop();
      };
      const push = (tok) => {
        if (prev.type === "globstar") {
          const isBrace = state.braces > 0 && (tok.type === "comma" || tok.type === "brace");
          const isExtglob = tok.extglob === true || extglobs.length && (tok.type === "pipe" || tok.type === "paren");
          if (tok.type !== "slash" && tok.type !== "paren" && !isBrace && !isExtglob) {
            state.output = state.output.slice(0, -prev.output.length);
            prev.type = "star";
            prev.value = "*";
            prev.output = star;
            state.output += prev.output;
          }
        }
        if (extglobs.length && tok.type !== "paren") {
          extglobs[extglobs.length - 1].inner += tok.value;
        }
        if (tok.value || tok.output) append(tok);
        if (prev && prev.type === "text" && tok.type === "text") {
          prev.output = (prev.output || prev.value) + tok.value;
          prev.value += tok.value;
          return;
        }
        tok.prev = prev;
        tokens.push(tok);
        prev = tok;
      };
      const extglobOpen = (type, value2) => {
        const token = { ...EXTGLOB_CHARS[value2], conditions: 1, inner: "" };
        token.prev = prev;
        token.parens = state.parens;
        token.output = state.output;
        token.startIndex = state.index;
        token.tokensIndex = tokens.length;
        const output = (opts.capture ? "(" : "") + token.open;
        increment("parens");
        push({ type, value: value2, output: state.output ? "" : ONE_CHAR });
        push({ type: "paren", extglob: true, value: advance(), output });
        extglobs.push(token);
      };
      const extglobClose = (token) => {
        const literal = input.slice(token.startIndex, state.index + 1);
        const body = input.slice(token.startIndex + 2, state.index);
        const analysis = analyzeRepeatedExtglob(body, opts);
        if ((token.type === "plus" || token.type === "star") && analysis.risky) {
          const safeOutput = analysis.safeOutput ? (token.output ? "" : ONE_CHAR) + (opts.capture ? `(${analysis.safeOutput})` : analysis.safeOutput) : void 0;
          const open4 = tokens[token.tokensIndex];
          open4.type = "text";
          open4.value = literal;
          open4.output = safeOutput || utils.escapeRegex(literal);
          for (let i = token.tokensIndex + 1; i < tokens.length; i++) {
            tokens[i].value = "";
            tokens[i].output = "";
            delete tokens[i].suffix;
          }
          state.output = token.output + open4.output;
          state.backtrack = true;
          push({ type: "paren", extglob: true, value, output: "" });
          decrement("parens");
          return;
        }
        let output = token.close + (opts.capture ? ")" : "");
        let rest;
        if (token.type === "negate") {
          let extglobStar = star;
          if (token.inner && token.inner.length > 1 && token.inner.includes("/")) {
            extglobStar = globstar(opts);
          }
          if (extglobStar !== star || eos() || /^\)+$/.test(remaining())) {
            output = token.close = `)$))${extglobStar}`;
          }
          if (token.inner.includes("*") && (rest = remaining()) && /^\.[^\\/.]+$/.test(rest)) {
            const expression = parse(rest, { ...options2, fastpaths: false }).output;
            output = token.close = `)${expression})${extglobStar})`;
          }
          if (token.prev.type === "bos") {
            state.negatedExtglob = true;
          }
        }
        push({ type: "paren", extglob: true, value, output });
        decrement("parens");
      };
      if (opts.fastpaths !== false && !/(^[*!]|[/()[\]{}"])/.test(input)) {
        let backslashes = false;
        let output = input.replace(REGEX_SPECIAL_CHARS_BACKREF, (m, esc, chars, first, rest, index) => {
          if (first === "\\") {
            backslashes = true;
            return m;
          }
          if (first === "?") {
            if (esc) {
              return esc + first + (rest ? QMARK.repeat(rest.length) : "");
            }
            if (index === 0) {
              return qmarkNoDot + (rest ? QMARK.repeat(rest.length) : "");
            }
            return QMARK.repeat(chars.length);
          }
          if (first === ".") {
            return DOT_LITERAL.repeat(chars.length);
          }
          if (first === "*") {
            if (esc) {
              return esc + first + (rest ? star : "");
            }
            return star;
          }
          return esc ? m : `\\${m}`;
        });
        if (backslashes === true) {
          if (opts.unescape === true) {
            output = output.replace(/\\/g, "");
          } else {
            output = output.replace(/\\+/g, (m) => {
              return m.length % 2 === 0 ? "\\\\" : m ? "\\" : "";
            });
          }
        }
        if (output === input && opts.contains === true) {
          state.output = input;
          return state;
        }
        state.output = utils.wrapOutput(output, state, options2);
        return state;
      }
      while (!eos()) {
        value = advance();
        if (value === "\0") {
          continue;
        }
        if (value === "\\") {
          const next = peek();
          if (next === "/" && opts.bash !== true) {
            continue;
          }
          if (next === "." || next === ";") {
            continue;
          }
          if (!next) {
            value += "\\";
            push({ type: "text", value });
            continue;
          }
          const match = /^\\+/.exec(remaining());
          let slashes = 0;
          if (match && match[0].length > 2) {
            slashes = match[0].length;
            state.index += slashes;
            if (slashes % 2 !== 0) {
              value += "\\";
            }
          }
          if (opts.unescape === true) {
            value = advance();
          } else {
            value += advance();
          }
          if (state.brackets === 0) {
            push({ type: "text", value });
            continue;
          }
        }
        if (state.brackets > 0 && (value !== "]" || prev.value === "[" || prev.value === "[^")) {
          if (opts.posix !== false && value === ":") {
            const inner = prev.value.slice(1);
            if (inner.includes("[")) {
              prev.posix = true;
              if (inner.includes(":")) {
                const idx = prev.value.lastIndexOf("[");
                const pre = prev.value.slice(0, idx);
                const rest2 = prev.value.slice(idx + 2);
                const posix = POSIX_REGEX_SOURCE[rest2];
                if (posix) {
                  prev.value = pre + posix;
                  state.backtrack = true;
                  advance();
                  if (!bos.output && tokens.indexOf(prev) === 1) {
                    bos.output = ONE_CHAR;
                  }
                  continue;
                }
              }
            }
          }
          if (value === "[" && peek() !== ":" || value === "-" && peek() === "]") {
            value = `\\${value}`;
          }
          if (value === "]" && (prev.value === "[" || prev.value === "[^")) {
            value = `\\${value}`;
          }
          if (opts.posix === true && value === "!" && prev.value === "[") {
            value = "^";
          }
          prev.value += value;
          append({ value });
          continue;
        }
        if (state.quotes === 1 && value !== '"') {
          value = utils.escapeRegex(value);
          prev.value += value;
          append({ value });
          continue;
        }
        if (value === '"') {
          state.quotes = state.quotes === 1 ? 0 : 1;
          if (opts.keepQuotes === true) {
            push({ type: "text", value });
          }
          continue;
        }
        if (value === "(") {
          increment("parens");
          push({ type: "paren", value });
          continue;
        }
        if (value === ")") {
          if (state.parens === 0 && opts.strictBrackets === true) {
            throw new SyntaxError(syntaxError("opening", "("));
          }
          const extglob = extglobs[extglobs.length - 1];
          if (extglob && state.parens === extglob.parens + 1) {
            extglobClose(extglobs.pop());
            continue;
          }
          push({ type: "paren", value, output: state.parens ? ")" : "\\)" });
          decrement("parens");
          continue;
        }
        if (value === "[") {
          if (opts.nobracket === true || !remaining().includes("]")) {
            if (opts.nobracket !== true && opts.strictBrackets === true) {
              throw new SyntaxError(syntaxError("closing", "]"));
            }
            value = `\\${value}`;
          } else {
            increment("brackets");
          }
          push({ type: "bracket", value });
          continue;
        }
        if (value === "]") {
          if (opts.nobracket === true || prev && prev.type === "bracket" && prev.value.length === 1) {
            push({ type: "text", value, output: `\\${value}` });
            continue;
          }
          if (state.brackets === 0) {
            if (opts.strictBrackets === true) {
              throw new SyntaxError(syntaxError("opening", "["));
            }
            push({ type: "text", value, output: `\\${value}` });
            continue;
          }
          decrement("brackets");
          const prevValue = prev.value.slice(1);
          if (prev.posix !== true && prevValue[0] === "^" && !prevValue.includes("/")) {
            value = `/${value}`;
          }
          prev.value += value;
          append({ value });
          if (opts.literalBrackets === false || utils.hasRegexChars(prevValue)) {
            continue;
          }
          const escaped2 = utils.escapeRegex(prev.value);
          state.output = state.output.slice(0, -prev.value.length);
          if (opts.literalBrackets === true) {
            state.output += escaped2;
            prev.value = escaped2;
            continue;
          }
          prev.value = `(${capture}${escaped2}|${prev.value})`;
          state.output += prev.value;
          continue;
        }
        if (value === "{" && opts.nobrace !== true) {
          increment("braces");
          const open4 = {
            type: "brace",
            value,
            output: "(",
            outputIndex: state.output.length,
            tokensIndex: state.tokens.length
          };
          braces.push(open4);
          push(open4);
          continue;
        }
        if (value === "}") {
          const brace = braces[braces.length - 1];
          if (opts.nobrace === true || !brace) {
            push({ type: "text", value, output: value });
            continue;
          }
          let output = ")";
          if (brace.dots === true) {
            const arr = tokens.slice();
            const range = [];
            for (let i = arr.length - 1; i >= 0; i--) {
              tokens.pop();
              if (arr[i].type === "brace") {
                break;
              }
              if (arr[i].type !== "dots") {
                range.unshift(arr[i].value);
              }
            }
            output = expandRange(range, opts);
            state.backtrack = true;
          }
          if (brace.comma !== true && brace.dots !== true) {
            const out = state.output.slice(0, brace.outputIndex);
            const toks = state.tokens.slice(brace.tokensIndex);
            brace.value = brace.output = "\\{";
            value = output = "\\}";
            state.output = out;
            for (const t of toks) {
              state.output += t.output || t.value;
            }
          }
          push({ type: "brace", value, output });
          decrement("braces");
          braces.pop();
          continue;
        }
        if (value === "|") {
          if (extglobs.length > 0) {
            extglobs[extglobs.length - 1].conditions++;
          }
          push({ type: "text", value });
          continue;
        }
        if (value === ",") {
          let output = value;
          const brace = braces[braces.length - 1];
          if (brace && stack[stack.length - 1] === "braces") {
            brace.comma = true;
            output = "|";
          }
          push({ type: "comma", value, output });
          continue;
        }
        if (value === "/") {
          if (prev.type === "dot" && state.index === state.start + 1) {
            state.start = state.index + 1;
            state.consumed = "";
            state.output = "";
            tokens.pop();
            prev = bos;
            continue;
          }
          push({ type: "slash", value, output: SLASH_LITERAL });
          continue;
        }
        if (value === ".") {
          if (state.braces > 0 && prev.type === "dot") {
            if (prev.value === ".") prev.output = DOT_LITERAL;
            const brace = braces[braces.length - 1];
            prev.type = "dots";
            prev.output += value;
            prev.value += value;
            brace.dots = true;
            continue;
          }
          if (state.braces + state.parens === 0 && prev.type !== "bos" && prev.type !== "slash") {
            push({ type: "text", value, output: DOT_LITERAL });
            continue;
          }
          push({ type: "dot", value, output: DOT_LITERAL });
          continue;
        }
        if (value === "?") {
          const isGroup = prev && prev.value === "(";
          if (!isGroup && opts.noextglob !== true && peek() === "(" && peek(2) !== "?") {
            extglobOpen("qmark", value);
            continue;
          }
          if (prev && prev.type === "paren") {
            const next = peek();
            let output = value;
            if (prev.value === "(" && !/[!=<:]/.test(next) || next === "<" && !/<([!=]|\w+>)/.test(remaining())) {
              output = `\\${value}`;
            }
            push({ type: "text", value, output });
            continue;
          }
          if (opts.dot !== true && (prev.type === "slash" || prev.type === "bos")) {
            push({ type: "qmark", value, output: QMARK_NO_DOT });
            continue;
          }
          push({ type: "qmark", value, output: QMARK });
          continue;
        }
        if (value === "!") {
          if (opts.noextglob !== true && peek() === "(") {
            if (peek(2) !== "?" || !/[!=<:]/.test(peek(3))) {
              extglobOpen("negate", value);
              continue;
            }
          }
          if (opts.nonegate !== true && state.index === 0) {
            negate();
            continue;
          }
        }
        if (value === "+") {
          if (opts.noextglob !== true && peek() === "(" && peek(2) !== "?") {
            extglobOpen("plus", value);
            continue;
          }
          if (prev && prev.value === "(" || opts.regex === false) {
            push({ type: "plus", value, output: PLUS_LITERAL });
            continue;
          }
          if (prev && (prev.type === "bracket" || prev.type === "paren" || prev.type === "brace") || state.parens > 0) {
            push({ type: "plus", value });
            continue;
          }
          push({ type: "plus", value: PLUS_LITERAL });
          continue;
        }
        if (value === "@") {
          if (opts.noextglob !== true && peek() === "(" && peek(2) !== "?") {
            push({ type: "at", extglob: true, value, output: "" });
            continue;
          }
          push({ type: "text", value });
          continue;
        }
        if (value !== "*") {
          if (value === "$" || value === "^") {
            value = `\\${value}`;
          }
          const match = REGEX_NON_SPECIAL_CHARS.exec(remaining());
          if (match) {
            value += match[0];
            state.index += match[0].length;
          }
          push({ type: "text", value });
          continue;
        }
        if (prev && (prev.type === "globstar" || prev.star === true)) {
          prev.type = "star";
          prev.star = true;
          prev.value += value;
          prev.output = star;
          state.backtrack = true;
          state.globstar = true;
          consume(value);
          continue;
        }
        let rest = remaining();
        if (opts.noextglob !== true && /^\([^?]/.test(rest)) {
          extglobOpen("star", value);
          continue;
        }
        if (prev.type === "star") {
          if (opts.noglobstar === true) {
            consume(value);
            continue;
          }
          const prior = prev.prev;
          const before = prior.prev;
          const isStart = prior.type === "slash" || prior.type === "bos";
          const afterStar = before && (before.type === "star" || before.type === "globstar");
          if (opts.bash === true && (!isStart || rest[0] && rest[0] !== "/")) {
            push({ type: "star", value, output: "" });
            continue;
          }
          const isBrace = state.braces > 0 && (prior.type === "comma" || prior.type === "brace");
          const isExtglob = extglobs.length && (prior.type === "pipe" || prior.type === "paren");
          if (!isStart && prior.type !== "paren" && !isBrace && !isExtglob) {
            push({ type: "star", value, output: "" });
            continue;
          }
          while (rest.slice(0, 3) === "/**") {
            const after = input[state.index + 4];
            if (after && after !== "/") {
              break;
            }
            rest = rest.slice(3);
            consume("/**", 3);
          }
          const isEnd = eos() || state.parens > 0 && rest === ")".repeat(state.parens) && !extglobs.some((extglob) => extglob.type === "negate");
          if (prior.type === "bos" && eos()) {
            prev.type = "globstar";
            prev.value += value;
            prev.output = globstar(opts);
            state.output = prev.output;
            state.globstar = true;
            consume(value);
            continue;
          }
          if (prior.type === "slash" && prior.prev.type !== "bos" && !afterStar && isEnd) {
            state.output = state.output.slice(0, -(prior.output + prev.output).length);
            prior.output = `(?:${prior.output}`;
            prev.type = "globstar";
            prev.output = globstar(opts) + (opts.strictSlashes ? ")" : "|$)");
            prev.value += value;
            state.globstar = true;
            state.output += prior.output + prev.output;
            consume(value);
            continue;
          }
          if (prior.type === "slash" && prior.prev.type !== "bos" && rest[0] === "/") {
            const end = rest[1] !== void 0 ? "|$" : "";
            state.output = state.output.slice(0, -(prior.output + prev.output).length);
            prior.output = `(?:${prior.output}`;
            prev.type = "globstar";
            prev.output = `${globstar(opts)}${SLASH_LITERAL}|${SLASH_LITERAL}${end})`;
            prev.value += value;
            state.output += prior.output + prev.output;
            state.globstar = true;
            consume(value + advance());
            push({ type: "slash", value: "/", output: "" });
            continue;
          }
          if (prior.type === "bos" && rest[0] === "/") {
            prev.type = "globstar";
            prev.value += value;
            prev.output = `(?:^|${SLASH_LITERAL}|${globstar(opts)}${SLASH_LITERAL})`;
            state.output = prev.output;
            state.globstar = true;
            consume(value + advance());
            push({ type: "slash", value: "/", output: "" });
            continue;
          }
          state.output = state.output.slice(0, -prev.output.length);
          prev.type = "globstar";
          prev.output = globstar(opts);
          prev.value += value;
          state.output += prev.output;
          state.globstar = true;
          consume(value);
          continue;
        }
        const token = { type: "star", value, output: star };
        if (opts.bash === true) {
          token.output = ".*?";
          if (prev.type === "bos" || prev.type === "slash") {
            token.output = nodot + token.output;
          }
          push(token);
          continue;
        }
        if (prev && (prev.type === "bracket" || prev.type === "paren") && opts.regex === true) {
          token.output = value;
          push(token);
          continue;
        }
        if (state.index === state.start || prev.type === "slash" || prev.type === "dot") {
          if (prev.type === "dot") {
            state.output += NO_DOT_SLASH;
            prev.output += NO_DOT_SLASH;
          } else if (opts.dot === true) {
            state.output += NO_DOTS_SLASH;
            prev.output += NO_DOTS_SLASH;
          } else {
            state.output += nodot;
            prev.output += nodot;
          }
          if (peek() !== "*") {
            state.output += ONE_CHAR;
            prev.output += ONE_CHAR;
          }
        }
        push(token);
      }
      while (state.brackets > 0) {
        if (opts.strictBrackets === true) throw new SyntaxError(syntaxError("closing", "]"));
        state.output = utils.escapeLast(state.output, "[");
        decrement("brackets");
      }
      while (state.parens > 0) {
        if (opts.strictBrackets === true) throw new SyntaxError(syntaxError("closing", ")"));
        state.output = utils.escapeLast(state.output, "(");
        decrement("parens");
      }
      while (state.braces > 0) {
        if (opts.strictBrackets === true) throw new SyntaxError(syntaxError("closing", "}"));
        state.output = utils.escapeLast(state.output, "{");
        decrement("braces");
      }
      if (opts.strictSlashes !== true && (prev.type === "star" || prev.type === "bracket")) {
        push({ type: "maybe_slash", value: "", output: `${SLASH_LITERAL}?` });
      }
      if (state.backtrack === true) {
        state.output = "";
        for (const token of state.tokens) {
          state.output += token.output != null ? token.output : token.value;
          if (token.suffix) {
            state.output += token.suffix;
          }
        }
      }
      return state;
    };
    parse.fastpaths = (input, options2) => {
      const opts = { ...options2 };
      const max = typeof opts.maxLength === "number" ? Math.min(MAX_LENGTH, opts.maxLength) : MAX_LENGTH;
      const len = input.length;
      if (len > max) {
        throw new SyntaxError(`Input length: ${len}, exceeds maximum allowed length: ${max}`);
      }
      input = REPLACEMENTS[input] || input;
      const {
        DOT_LITERAL,
        SLASH_LITERAL,
        ONE_CHAR,
        DOTS_SLASH,
        NO_DOT,
        NO_DOTS,
        NO_DOTS_SLASH,
        STAR,
        START_ANCHOR
      } = constants7.globChars(opts.windows);
      const nodot = opts.dot ? NO_DOTS : NO_DOT;
      const slashDot = opts.dot ? NO_DOTS_SLASH : NO_DOT;
      const capture = opts.capture ? "" : "?:";
      const state = { negated: false, prefix: "" };
      let star = opts.bash === true ? ".*?" : STAR;
      if (opts.capture) {
        star = `(${star})`;
      }
      const globstar = (opts2) => {
        if (opts2.noglobstar === true) return star;
        return `(${capture}(?:(?!${START_ANCHOR}${opts2.dot ? DOTS_SLASH : DOT_LITERAL}).)*?)`;
      };
      const create = (str) => {
        switch (str) {
          case "*":
            return `${nodot}${ONE_CHAR}${star}`;
          case ".*":
            return `${DOT_LITERAL}${ONE_CHAR}${star}`;
          case "*.*":
            return `${nodot}${star}${DOT_LITERAL}${ONE_CHAR}${star}`;
          case "*/*":
            return `${nodot}${star}${SLASH_LITERAL}${ONE_CHAR}${slashDot}${star}`;
          case "**":
            return nodot + globstar(opts);
          case "**/*":
            return `(?:${nodot}${globstar(opts)}${SLASH_LITERAL})?${slashDot}${ONE_CHAR}${star}`;
          case "**/*.*":
            return `(?:${nodot}${globstar(opts)}${SLASH_LITERAL})?${slashDot}${star}${DOT_LITERAL}${ONE_CHAR}${star}`;
          case "**/.*":
            return `(?:${nodot}${globstar(opts)}${SLASH_LITERAL})?${DOT_LITERAL}${ONE_CHAR}${star}`;
          default: {
            const match = /^(.*?)\.(\w+)$/.exec(str);
            if (!match) return;
            const source2 = create(match[1]);
            if (!source2) return;
            return source2 + DOT_LITERAL + match[2];
          }
        }
      };
      const output = utils.removePrefix(input, state);
      let source = create(output);
      if (source && opts.strictSlashes !== true) {
        source += `${SLASH_LITERAL}?`;
      }
      return source;
    };
    module.exports = parse;
  }
});

// node_modules/picomatch/lib/picomatch.js
var require_picomatch = __commonJS({
  "node_modules/picomatch/lib/picomatch.js"(exports, module) {
    "use strict";
    var scan = require_scan();
    var parse = require_parse();
    var utils = require_utils();
    var constants7 = require_constants();
    var isObject2 = (val) => val && typeof val === "object" && !Array.isArray(val);
    var picomatch3 = (glob, options2, returnState = false) => {
      if (Array.isArray(glob)) {
        const fns = glob.map((input) => picomatch3(input, options2, returnState));
        const arrayMatcher = (str) => {
          for (const isMatch of fns) {
            const state2 = isMatch(str);
            if (state2) return state2;
          }
          return false;
        };
        return arrayMatcher;
      }
      const isState = isObject2(glob) && glob.tokens && glob.input;
      if (glob === "" || typeof glob !== "string" && !isState) {
        throw new TypeError("Expected pattern to be a non-empty string");
      }
      const opts = options2 || {};
      const posix = opts.windows;
      const regex = isState ? picomatch3.compileRe(glob, options2) : picomatch3.makeRe(glob, options2, false, true);
      const state = regex.state;
      delete regex.state;
      let isIgnored = () => false;
      if (opts.ignore) {
        const ignoreOpts = { ...options2, ignore: null, onMatch: null, onResult: null };
        isIgnored = picomatch3(opts.ignore, ignoreOpts, returnState);
      }
      const matcher = (input, returnObject = false) => {
        const { isMatch, match, output } = picomatch3.test(input, regex, options2, { glob, posix });
        const result = { glob, state, regex, posix, input, output, match, isMatch };
        if (typeof opts.onResult === "function") {
          opts.onResult(result);
        }
        if (isMatch === false) {
          result.isMatch = false;
          return returnObject ? result : false;
        }
        if (isIgnored(input)) {
          if (typeof opts.onIgnore === "function") {
            opts.onIgnore(result);
          }
          result.isMatch = false;
          return returnObject ? result : false;
        }
        if (typeof opts.onMatch === "function") {
          opts.onMatch(result);
        }
        return returnObject ? result : true;
      };
      if (returnState) {
        matcher.state = state;
      }
      return matcher;
    };
    picomatch3.test = (input, regex, options2, { glob, posix } = {}) => {
      if (typeof input !== "string") {
        throw new TypeError("Expected input to be a string");
      }
      if (input === "") {
        return { isMatch: false, output: "" };
      }
      const opts = options2 || {};
      const format = opts.format || (posix ? utils.toPosixSlashes : null);
      let match = input === glob;
      let output = match && format ? format(input) : input;
      if (match === false) {
        output = format ? format(input) : input;
        match = output === glob;
      }
      if (match === false || opts.capture === true) {
        if (opts.matchBase === true || opts.basename === true) {
          match = picomatch3.matchBase(input, regex, options2, posix);
        } else {
          match = regex.exec(output);
        }
      }
      return { isMatch: Boolean(match), match, output };
    };
    picomatch3.matchBase = (input, glob, options2, posix = options2 && options2.windows) => {
      const regex = glob instanceof RegExp ? glob : picomatch3.makeRe(glob, options2);
      return regex.test(utils.basename(input, { windows: posix }));
    };
    picomatch3.isMatch = (str, patterns, options2) => picomatch3(patterns, options2)(str);
    picomatch3.parse = (pattern, options2) => {
      if (Array.isArray(pattern)) return pattern.map((p) => picomatch3.parse(p, options2));
      return parse(pattern, { ...options2, fastpaths: false });
    };
    picomatch3.scan = (input, options2) => scan(input, options2);
    picomatch3.compileRe = (state, options2, returnOutput = false, returnState = false) => {
      if (returnOutput === true) {
        return state.output;
      }
      const opts = options2 || {};
      const prepend = opts.contains ? "" : "^";
      const append = opts.contains ? "" : "$";
      let source = `${prepend}(?:${state.output})${append}`;
      if (state && state.negated === true) {
        source = `^(?!${source}).*$`;
      }
      const regex = picomatch3.toRegex(source, options2);
      if (returnState === true) {
        regex.state = state;
      }
      return regex;
    };
    picomatch3.makeRe = (input, options2 = {}, returnOutput = false, returnState = false) => {
      if (!input || typeof input !== "string") {
        throw new TypeError("Expected a non-empty string");
      }
      let parsed = { negated: false, fastpaths: true };
      if (options2.fastpaths !== false && (input[0] === "." || input[0] === "*")) {
        parsed.output = parse.fastpaths(input, options2);
      }
      if (!parsed.output) {
        parsed = parse(input, options2);
      }
      return picomatch3.compileRe(parsed, options2, returnOutput, returnState);
    };
    picomatch3.toRegex = (source, options2) => {
      try {
        const opts = options2 || {};
        return new RegExp(source, opts.flags || (opts.nocase ? "i" : ""));
      } catch (err) {
        if (options2 && options2.debug === true) throw err;
        return /$^/;
      }
    };
    picomatch3.constants = constants7;
    module.exports = picomatch3;
  }
});

// node_modules/picomatch/index.js
var require_picomatch2 = __commonJS({
  "node_modules/picomatch/index.js"(exports, module) {
    "use strict";
    var pico = require_picomatch();
    var utils = require_utils();
    function picomatch3(glob, options2, returnState = false) {
      if (options2 && (options2.windows === null || options2.windows === void 0)) {
        options2 = { ...options2, windows: utils.isWindows() };
      }
      return pico(glob, options2, returnState);
    }
    Object.assign(picomatch3, pico);
    module.exports = picomatch3;
  }
});

// node_modules/buffer-crc32/dist/index.cjs
var require_dist = __commonJS({
  "node_modules/buffer-crc32/dist/index.cjs"(exports, module) {
    "use strict";
    function getDefaultExportFromCjs(x) {
      return x && x.__esModule && Object.prototype.hasOwnProperty.call(x, "default") ? x["default"] : x;
    }
    var CRC_TABLE = new Int32Array([
      0,
      1996959894,
      3993919788,
      2567524794,
      124634137,
      1886057615,
      3915621685,
      2657392035,
      249268274,
      2044508324,
      3772115230,
      2547177864,
      162941995,
      2125561021,
      3887607047,
      2428444049,
      498536548,
      1789927666,
      4089016648,
      2227061214,
      450548861,
      1843258603,
      4107580753,
      2211677639,
      325883990,
      1684777152,
      4251122042,
      2321926636,
      335633487,
      1661365465,
      4195302755,
      2366115317,
      997073096,
      1281953886,
      3579855332,
      2724688242,
      1006888145,
      1258607687,
      3524101629,
      2768942443,
      901097722,
      1119000684,
      3686517206,
      2898065728,
      853044451,
      1172266101,
      3705015759,
      2882616665,
      651767980,
      1373503546,
      3369554304,
      3218104598,
      565507253,
      1454621731,
      3485111705,
      3099436303,
      671266974,
      1594198024,
      3322730930,
      2970347812,
      795835527,
      1483230225,
      3244367275,
      3060149565,
      1994146192,
      31158534,
      2563907772,
      4023717930,
      1907459465,
      112637215,
      2680153253,
      3904427059,
      2013776290,
      251722036,
      2517215374,
      3775830040,
      2137656763,
      141376813,
      2439277719,
      3865271297,
      1802195444,
      476864866,
      2238001368,
      4066508878,
      1812370925,
      453092731,
      2181625025,
      4111451223,
      1706088902,
      314042704,
      2344532202,
      4240017532,
      1658658271,
      366619977,
      2362670323,
      4224994405,
      1303535960,
      984961486,
      2747007092,
      3569037538,
      1256170817,
      1037604311,
      2765210733,
      3554079995,
      1131014506,
      879679996,
      2909243462,
      3663771856,
      1141124467,
      855842277,
      2852801631,
      3708648649,
      1342533948,
      654459306,
      3188396048,
      3373015174,
      1466479909,
      544179635,
      3110523913,
      3462522015,
      1591671054,
      702138776,
      2966460450,
      3352799412,
      1504918807,
      783551873,
      3082640443,
      3233442989,
      3988292384,
      2596254646,
      62317068,
      1957810842,
      3939845945,
      2647816111,
      81470997,
      1943803523,
      3814918930,
      2489596804,
      225274430,
      2053790376,
      3826175755,
      2466906013,
      167816743,
      2097651377,
      4027552580,
      2265490386,
      503444072,
      1762050814,
      4150417245,
      2154129355,
      426522225,
      1852507879,
      4275313526,
      2312317920,
      282753626,
      1742555852,
      4189708143,
      2394877945,
      397917763,
      1622183637,
      3604390888,
      2714866558,
      953729732,
      1340076626,
      3518719985,
      2797360999,
      1068828381,
      1219638859,
      3624741850,
      2936675148,
      906185462,
      1090812512,
      3747672003,
      2825379669,
      829329135,
      1181335161,
      3412177804,
      3160834842,
      628085408,
      1382605366,
      3423369109,
      3138078467,
      570562233,
      1426400815,
      3317316542,
      2998733608,
      733239954,
      1555261956,
      3268935591,
      3050360625,
      752459403,
      1541320221,
      2607071920,
      3965973030,
      1969922972,
      40735498,
      2617837225,
      3943577151,
      1913087877,
      83908371,
      2512341634,
      3803740692,
      2075208622,
      213261112,
      2463272603,
      3855990285,
      2094854071,
      198958881,
      2262029012,
      4057260610,
      1759359992,
      534414190,
      2176718541,
      4139329115,
      1873836001,
      414664567,
      2282248934,
      4279200368,
      1711684554,
      285281116,
      2405801727,
      4167216745,
      1634467795,
      376229701,
      2685067896,
      3608007406,
      1308918612,
      956543938,
      2808555105,
      3495958263,
      1231636301,
      1047427035,
      2932959818,
      3654703836,
      1088359270,
      936918e3,
      2847714899,
      3736837829,
      1202900863,
      817233897,
      3183342108,
      3401237130,
      1404277552,
      615818150,
      3134207493,
      3453421203,
      1423857449,
      601450431,
      3009837614,
      3294710456,
      1567103746,
      711928724,
      3020668471,
      3272380065,
      1510334235,
      755167117
    ]);
    function ensureBuffer(input) {
      if (Buffer.isBuffer(input)) {
        return input;
      }
      if (typeof input === "number") {
        return Buffer.alloc(input);
      } else if (typeof input === "string") {
        return Buffer.from(input);
      } else {
        throw new Error("input must be buffer, number, or string, received " + typeof input);
      }
    }
    function bufferizeInt(num) {
      const tmp = ensureBuffer(4);
      tmp.writeInt32BE(num, 0);
      return tmp;
    }
    function _crc32(buf, previous) {
      buf = ensureBuffer(buf);
      if (Buffer.isBuffer(previous)) {
        previous = previous.readUInt32BE(0);
      }
      let crc = ~~previous ^ -1;
      for (var n = 0; n < buf.length; n++) {
        crc = CRC_TABLE[(crc ^ buf[n]) & 255] ^ crc >>> 8;
      }
      return crc ^ -1;
    }
    function crc323() {
      return bufferizeInt(_crc32.apply(null, arguments));
    }
    crc323.signed = function() {
      return _crc32.apply(null, arguments);
    };
    crc323.unsigned = function() {
      return _crc32.apply(null, arguments) >>> 0;
    };
    var bufferCrc322 = crc323;
    var index = /* @__PURE__ */ getDefaultExportFromCjs(bufferCrc322);
    module.exports = index;
  }
});

// node_modules/pend/index.js
var require_pend = __commonJS({
  "node_modules/pend/index.js"(exports, module) {
    module.exports = Pend;
    function Pend() {
      this.pending = 0;
      this.max = Infinity;
      this.listeners = [];
      this.waiting = [];
      this.error = null;
    }
    Pend.prototype.go = function(fn) {
      if (this.pending < this.max) {
        pendGo(this, fn);
      } else {
        this.waiting.push(fn);
      }
    };
    Pend.prototype.wait = function(cb) {
      if (this.pending === 0) {
        cb(this.error);
      } else {
        this.listeners.push(cb);
      }
    };
    Pend.prototype.hold = function() {
      return pendHold(this);
    };
    function pendHold(self) {
      self.pending += 1;
      var called = false;
      return onCb;
      function onCb(err) {
        if (called) throw new Error("callback called twice");
        called = true;
        self.error = self.error || err;
        self.pending -= 1;
        if (self.waiting.length > 0 && self.pending < self.max) {
          pendGo(self, self.waiting.shift());
        } else if (self.pending === 0) {
          var listeners = self.listeners;
          self.listeners = [];
          listeners.forEach(cbListener);
        }
      }
      function cbListener(listener) {
        listener(self.error);
      }
    }
    function pendGo(self, fn) {
      fn(pendHold(self));
    }
  }
});

// node_modules/yauzl/fd-slicer.js
var require_fd_slicer = __commonJS({
  "node_modules/yauzl/fd-slicer.js"(exports) {
    var fs = __require("fs");
    var util = __require("util");
    var stream = __require("stream");
    var Readable2 = stream.Readable;
    var PassThrough = stream.PassThrough;
    var Pend = require_pend();
    var EventEmitter = __require("events").EventEmitter;
    exports.BufferSlicer = BufferSlicer;
    exports.FdSlicer = FdSlicer;
    util.inherits(FdSlicer, EventEmitter);
    function FdSlicer(fd) {
      EventEmitter.call(this);
      this.fd = fd;
      this.pend = new Pend();
      this.pend.max = 1;
      this.refCount = 0;
    }
    FdSlicer.prototype.read = function(buffer, offset, length, position, callback) {
      var self = this;
      self.pend.go(function(cb) {
        fs.read(self.fd, buffer, offset, length, position, function(err, bytesRead, buffer2) {
          cb();
          callback(err, bytesRead, buffer2);
        });
      });
    };
    FdSlicer.prototype.createReadStream = function(options2) {
      return new ReadStream(this, options2);
    };
    FdSlicer.prototype.ref = function() {
      this.refCount += 1;
    };
    FdSlicer.prototype.unref = function() {
      var self = this;
      self.refCount -= 1;
      if (self.refCount < 0) throw new Error("invalid unref");
      if (self.refCount > 0) return;
      fs.close(self.fd, onCloseDone);
      function onCloseDone(err) {
        if (err) {
          self.emit("error", err);
        } else {
          self.emit("close");
        }
      }
    };
    util.inherits(ReadStream, Readable2);
    function ReadStream(context, options2) {
      options2 = options2 || {};
      Readable2.call(this, options2);
      this.context = context;
      this.context.ref();
      this.start = options2.start || 0;
      this.endOffset = options2.end;
      this.pos = this.start;
    }
    ReadStream.prototype._read = function(n) {
      var self = this;
      var toRead = Math.min(self._readableState.highWaterMark, n);
      if (self.endOffset != null) {
        toRead = Math.min(toRead, self.endOffset - self.pos);
      }
      if (toRead <= 0) {
        self.push(null);
        this._cleanup();
        return;
      }
      self.context.pend.go(function(cb) {
        var buffer = Buffer.allocUnsafe(toRead);
        fs.read(self.context.fd, buffer, 0, toRead, self.pos, function(err, bytesRead) {
          if (err) {
            self.destroy(err);
          } else if (bytesRead === 0) {
            self.push(null);
            self._cleanup();
          } else {
            self.pos += bytesRead;
            self.push(buffer.slice(0, bytesRead));
          }
          cb();
        });
      });
    };
    ReadStream.prototype._destroy = function(err, cb) {
      this._cleanup();
      cb(err);
    };
    ReadStream.prototype._cleanup = function() {
      if (this.context != null) {
        this.context.unref();
        this.context = null;
      }
    };
    util.inherits(BufferSlicer, EventEmitter);
    function BufferSlicer(buffer) {
      EventEmitter.call(this);
      this.refCount = 0;
      this.buffer = buffer;
    }
    BufferSlicer.prototype.read = function(buffer, offset, length, position, callback) {
      if (!(0 <= offset && offset <= buffer.length)) throw new RangeError("offset outside buffer: 0 <= " + offset + " <= " + buffer.length);
      if (position < 0) throw new RangeError("position is negative: " + position);
      if (offset + length > buffer.length) {
        length = buffer.length - offset;
      }
      if (position + length > this.buffer.length) {
        length = this.buffer.length - position;
      }
      if (length <= 0) {
        setImmediate(function() {
          callback(null, 0);
        });
        return;
      }
      this.buffer.copy(buffer, offset, position, position + length);
      setImmediate(function() {
        callback(null, length);
      });
    };
    BufferSlicer.prototype.createReadStream = function(options2) {
      options2 = options2 || {};
      var readStream = new PassThrough(options2);
      readStream.start = options2.start || 0;
      readStream.endOffset = options2.end;
      readStream.pos = readStream.endOffset || this.buffer.length;
      var entireSlice = this.buffer.slice(readStream.start, readStream.pos);
      var maxChunkSize = 65536;
      var offset = 0;
      while (true) {
        var nextOffset = offset + maxChunkSize;
        if (nextOffset >= entireSlice.length) {
          if (offset < entireSlice.length) {
            readStream.write(entireSlice.slice(offset, entireSlice.length));
          }
          break;
        }
        readStream.write(entireSlice.slice(offset, nextOffset));
        offset = nextOffset;
      }
      readStream.end();
      return readStream;
    };
    BufferSlicer.prototype.ref = function() {
      this.refCount += 1;
    };
    BufferSlicer.prototype.unref = function() {
      this.refCount -= 1;
      if (this.refCount < 0) {
        throw new Error("invalid unref");
      }
    };
  }
});

// node_modules/yauzl/crc32.js
var require_crc32 = __commonJS({
  "node_modules/yauzl/crc32.js"(exports, module) {
    var CRC_TABLE = new Int32Array([
      0,
      1996959894,
      3993919788,
      2567524794,
      124634137,
      1886057615,
      3915621685,
      2657392035,
      249268274,
      2044508324,
      3772115230,
      2547177864,
      162941995,
      2125561021,
      3887607047,
      2428444049,
      498536548,
      1789927666,
      4089016648,
      2227061214,
      450548861,
      1843258603,
      4107580753,
      2211677639,
      325883990,
      1684777152,
      4251122042,
      2321926636,
      335633487,
      1661365465,
      4195302755,
      2366115317,
      997073096,
      1281953886,
      3579855332,
      2724688242,
      1006888145,
      1258607687,
      3524101629,
      2768942443,
      901097722,
      1119000684,
      3686517206,
      2898065728,
      853044451,
      1172266101,
      3705015759,
      2882616665,
      651767980,
      1373503546,
      3369554304,
      3218104598,
      565507253,
      1454621731,
      3485111705,
      3099436303,
      671266974,
      1594198024,
      3322730930,
      2970347812,
      795835527,
      1483230225,
      3244367275,
      3060149565,
      1994146192,
      31158534,
      2563907772,
      4023717930,
      1907459465,
      112637215,
      2680153253,
      3904427059,
      2013776290,
      251722036,
      2517215374,
      3775830040,
      2137656763,
      141376813,
      2439277719,
      3865271297,
      1802195444,
      476864866,
      2238001368,
      4066508878,
      1812370925,
      453092731,
      2181625025,
      4111451223,
      1706088902,
      314042704,
      2344532202,
      4240017532,
      1658658271,
      366619977,
      2362670323,
      4224994405,
      1303535960,
      984961486,
      2747007092,
      3569037538,
      1256170817,
      1037604311,
      2765210733,
      3554079995,
      1131014506,
      879679996,
      2909243462,
      3663771856,
      1141124467,
      855842277,
      2852801631,
      3708648649,
      1342533948,
      654459306,
      3188396048,
      3373015174,
      1466479909,
      544179635,
      3110523913,
      3462522015,
      1591671054,
      702138776,
      2966460450,
      3352799412,
      1504918807,
      783551873,
      3082640443,
      3233442989,
      3988292384,
      2596254646,
      62317068,
      1957810842,
      3939845945,
      2647816111,
      81470997,
      1943803523,
      3814918930,
      2489596804,
      225274430,
      2053790376,
      3826175755,
      2466906013,
      167816743,
      2097651377,
      4027552580,
      2265490386,
      503444072,
      1762050814,
      4150417245,
      2154129355,
      426522225,
      1852507879,
      4275313526,
      2312317920,
      282753626,
      1742555852,
      4189708143,
      2394877945,
      397917763,
      1622183637,
      3604390888,
      2714866558,
      953729732,
      1340076626,
      3518719985,
      2797360999,
      1068828381,
      1219638859,
      3624741850,
      2936675148,
      906185462,
      1090812512,
      3747672003,
      2825379669,
      829329135,
      1181335161,
      3412177804,
      3160834842,
      628085408,
      1382605366,
      3423369109,
      3138078467,
      570562233,
      1426400815,
      3317316542,
      2998733608,
      733239954,
      1555261956,
      3268935591,
      3050360625,
      752459403,
      1541320221,
      2607071920,
      3965973030,
      1969922972,
      40735498,
      2617837225,
      3943577151,
      1913087877,
      83908371,
      2512341634,
      3803740692,
      2075208622,
      213261112,
      2463272603,
      3855990285,
      2094854071,
      198958881,
      2262029012,
      4057260610,
      1759359992,
      534414190,
      2176718541,
      4139329115,
      1873836001,
      414664567,
      2282248934,
      4279200368,
      1711684554,
      285281116,
      2405801727,
      4167216745,
      1634467795,
      376229701,
      2685067896,
      3608007406,
      1308918612,
      956543938,
      2808555105,
      3495958263,
      1231636301,
      1047427035,
      2932959818,
      3654703836,
      1088359270,
      936918e3,
      2847714899,
      3736837829,
      1202900863,
      817233897,
      3183342108,
      3401237130,
      1404277552,
      615818150,
      3134207493,
      3453421203,
      1423857449,
      601450431,
      3009837614,
      3294710456,
      1567103746,
      711928724,
      3020668471,
      3272380065,
      1510334235,
      755167117
    ]);
    function crc323(buf) {
      let crc = -1;
      for (let x of buf) {
        crc = CRC_TABLE[(crc ^ x) & 255] ^ crc >>> 8;
      }
      return (crc ^ -1) >>> 0;
    }
    module.exports = crc323;
  }
});

// node_modules/yauzl/index.js
var require_yauzl = __commonJS({
  "node_modules/yauzl/index.js"(exports) {
    var fs = __require("fs");
    var zlib2 = __require("zlib");
    var fd_slicer = require_fd_slicer();
    var util = __require("util");
    var EventEmitter = __require("events").EventEmitter;
    var Transform = __require("stream").Transform;
    var PassThrough = __require("stream").PassThrough;
    var Writable3 = __require("stream").Writable;
    var crc323 = typeof zlib2.crc32 === "function" ? zlib2.crc32 : require_crc32();
    exports.open = open4;
    exports.fromFd = fromFd;
    exports.fromBuffer = fromBuffer;
    exports.fromRandomAccessReader = fromRandomAccessReader;
    exports.openPromise = openPromise;
    exports.fromFdPromise = fromFdPromise2;
    exports.fromBufferPromise = fromBufferPromise;
    exports.fromRandomAccessReaderPromise = fromRandomAccessReaderPromise;
    exports.dosDateTimeToDate = dosDateTimeToDate;
    exports.getFileNameLowLevel = getFileNameLowLevel2;
    exports.validateFileName = validateFileName;
    exports.parseExtraFields = parseExtraFields;
    exports.ZipFile = ZipFile2;
    exports.Entry = Entry;
    exports.LocalFileHeader = LocalFileHeader;
    exports.RandomAccessReader = RandomAccessReader;
    function openPromise(path, options2) {
      return new Promise((resolve2, reject) => {
        open4(path, { ...options2, lazyEntries: true }, function(err, zipfile) {
          if (err) return reject(err);
          resolve2(zipfile);
        });
      });
    }
    function fromFdPromise2(fd, options2) {
      return new Promise((resolve2, reject) => {
        fromFd(fd, { ...options2, lazyEntries: true }, function(err, zipfile) {
          if (err) return reject(err);
          resolve2(zipfile);
        });
      });
    }
    function fromBufferPromise(buffer, options2) {
      return new Promise((resolve2, reject) => {
        fromBuffer(buffer, { ...options2, lazyEntries: true }, function(err, zipfile) {
          if (err) return reject(err);
          resolve2(zipfile);
        });
      });
    }
    function fromRandomAccessReaderPromise(reader, totalSize, options2) {
      return new Promise((resolve2, reject) => {
        fromRandomAccessReader(reader, totalSize, { ...options2, lazyEntries: true }, function(err, zipfile) {
          if (err) return reject(err);
          resolve2(zipfile);
        });
      });
    }
    function open4(path, options2, callback) {
      if (typeof options2 === "function") {
        callback = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      if (options2.autoClose == null) options2.autoClose = true;
      if (options2.lazyEntries == null) options2.lazyEntries = false;
      if (options2.decodeStrings == null) options2.decodeStrings = true;
      if (options2.validateEntrySizes == null) options2.validateEntrySizes = true;
      if (options2.strictFileNames == null) options2.strictFileNames = false;
      if (callback == null) callback = defaultCallback;
      fs.open(path, "r", function(err, fd) {
        if (err) return callback(err);
        fromFd(fd, options2, function(err2, zipfile) {
          if (err2) fs.close(fd, defaultCallback);
          callback(err2, zipfile);
        });
      });
    }
    function fromFd(fd, options2, callback) {
      if (typeof options2 === "function") {
        callback = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      if (options2.autoClose == null) options2.autoClose = false;
      if (options2.lazyEntries == null) options2.lazyEntries = false;
      if (options2.decodeStrings == null) options2.decodeStrings = true;
      if (options2.validateEntrySizes == null) options2.validateEntrySizes = true;
      if (options2.strictFileNames == null) options2.strictFileNames = false;
      if (callback == null) callback = defaultCallback;
      fs.fstat(fd, function(err, stats) {
        if (err) return callback(err);
        var reader = new fd_slicer.FdSlicer(fd);
        fromRandomAccessReader(reader, stats.size, options2, callback);
      });
    }
    function fromBuffer(buffer, options2, callback) {
      if (typeof options2 === "function") {
        callback = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      options2.autoClose = false;
      if (options2.lazyEntries == null) options2.lazyEntries = false;
      if (options2.decodeStrings == null) options2.decodeStrings = true;
      if (options2.validateEntrySizes == null) options2.validateEntrySizes = true;
      if (options2.strictFileNames == null) options2.strictFileNames = false;
      var reader = new fd_slicer.BufferSlicer(buffer);
      fromRandomAccessReader(reader, buffer.length, options2, callback);
    }
    function fromRandomAccessReader(reader, totalSize, options2, callback) {
      if (typeof options2 === "function") {
        callback = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      if (options2.autoClose == null) options2.autoClose = true;
      if (options2.lazyEntries == null) options2.lazyEntries = false;
      if (options2.decodeStrings == null) options2.decodeStrings = true;
      var decodeStrings = !!options2.decodeStrings;
      if (options2.validateEntrySizes == null) options2.validateEntrySizes = true;
      if (options2.strictFileNames == null) options2.strictFileNames = false;
      if (callback == null) callback = defaultCallback;
      if (typeof totalSize !== "number") throw new Error("expected totalSize parameter to be a number");
      if (totalSize > Number.MAX_SAFE_INTEGER) {
        throw new Error("zip file too large. only file sizes up to 2^52 are supported due to JavaScript's Number type being an IEEE 754 double.");
      }
      reader.ref();
      var eocdrWithoutCommentSize = 22;
      var zip64EocdlSize = 20;
      var maxCommentSize = 65535;
      var bufferSize = Math.min(zip64EocdlSize + eocdrWithoutCommentSize + maxCommentSize, totalSize);
      var buffer = newBuffer(bufferSize);
      var bufferReadStart = totalSize - buffer.length;
      readAndAssertNoEof(reader, buffer, 0, bufferSize, bufferReadStart, function(err) {
        if (err) return callback(err);
        for (var i = bufferSize - eocdrWithoutCommentSize; i >= 0; i -= 1) {
          if (buffer.readUInt32LE(i) !== 101010256) continue;
          var eocdrBuffer = buffer.subarray(i);
          var diskNumber = eocdrBuffer.readUInt16LE(4);
          var entryCount = eocdrBuffer.readUInt16LE(10);
          var centralDirectoryOffset = eocdrBuffer.readUInt32LE(16);
          var commentLength = eocdrBuffer.readUInt16LE(20);
          var expectedCommentLength = eocdrBuffer.length - eocdrWithoutCommentSize;
          if (commentLength !== expectedCommentLength) {
            return callback(new Error("Invalid comment length. Expected: " + expectedCommentLength + ". Found: " + commentLength + ". Are there extra bytes at the end of the file? Or is the end of central dir signature `PK☺☻` in the comment?"));
          }
          var comment = decodeStrings ? decodeBuffer(eocdrBuffer.subarray(22), false) : eocdrBuffer.subarray(22);
          if (i - zip64EocdlSize >= 0 && buffer.readUInt32LE(i - zip64EocdlSize) === 117853008) {
            var zip64EocdlBuffer = buffer.subarray(i - zip64EocdlSize, i - zip64EocdlSize + zip64EocdlSize);
            var zip64EocdrOffset = readUInt64LE(zip64EocdlBuffer, 8);
            var zip64EocdrBuffer = newBuffer(56);
            return readAndAssertNoEof(reader, zip64EocdrBuffer, 0, zip64EocdrBuffer.length, zip64EocdrOffset, function(err2) {
              if (err2) return callback(err2);
              if (zip64EocdrBuffer.readUInt32LE(0) !== 101075792) {
                return callback(new Error("invalid zip64 end of central directory record signature"));
              }
              diskNumber = zip64EocdrBuffer.readUInt32LE(16);
              if (diskNumber !== 0) {
                return callback(new Error("multi-disk zip files are not supported: found disk number: " + diskNumber));
              }
              entryCount = readUInt64LE(zip64EocdrBuffer, 32);
              centralDirectoryOffset = readUInt64LE(zip64EocdrBuffer, 48);
              return callback(null, new ZipFile2(reader, centralDirectoryOffset, totalSize, entryCount, comment, options2.autoClose, options2.lazyEntries, decodeStrings, options2.validateEntrySizes, options2.strictFileNames));
            });
          }
          if (diskNumber !== 0) {
            return callback(new Error("multi-disk zip files are not supported: found disk number: " + diskNumber));
          }
          return callback(null, new ZipFile2(reader, centralDirectoryOffset, totalSize, entryCount, comment, options2.autoClose, options2.lazyEntries, decodeStrings, options2.validateEntrySizes, options2.strictFileNames));
        }
        callback(new Error("End of central directory record signature not found. Either not a zip file, or file is truncated."));
      });
    }
    util.inherits(ZipFile2, EventEmitter);
    function ZipFile2(reader, centralDirectoryOffset, fileSize, entryCount, comment, autoClose, lazyEntries, decodeStrings, validateEntrySizes, strictFileNames) {
      var self = this;
      EventEmitter.call(self);
      self.reader = reader;
      self.reader.on("error", function(err) {
        emitError(self, err);
      });
      self.reader.once("close", function() {
        self.emit("close");
      });
      self.readEntryCursor = centralDirectoryOffset;
      self.fileSize = fileSize;
      self.entryCount = entryCount;
      self.comment = comment;
      self.entriesRead = 0;
      self.autoClose = !!autoClose;
      self.lazyEntries = !!lazyEntries;
      self.decodeStrings = !!decodeStrings;
      self.validateEntrySizes = !!validateEntrySizes;
      self.strictFileNames = !!strictFileNames;
      self.isOpen = true;
      self.emittedError = false;
      self.hasEachEntryBeenCalled = false;
      if (!self.lazyEntries) self._readEntry();
    }
    ZipFile2.prototype.close = function() {
      if (!this.isOpen) return;
      this.isOpen = false;
      this.reader.unref();
    };
    function emitErrorAndAutoClose(self, err) {
      if (self.autoClose) self.close();
      emitError(self, err);
    }
    function emitError(self, err) {
      if (self.emittedError) return;
      self.emittedError = true;
      self.emit("error", err);
    }
    ZipFile2.prototype.readEntry = function() {
      if (!this.lazyEntries) throw new Error("readEntry() called without lazyEntries:true");
      this._readEntry();
    };
    ZipFile2.prototype._readEntry = function() {
      var self = this;
      if (self.entryCount === self.entriesRead) {
        setImmediate(function() {
          if (self.autoClose) self.close();
          if (self.emittedError) return;
          self.emit("end");
        });
        return;
      }
      if (self.emittedError) return;
      var buffer = newBuffer(46);
      readAndAssertNoEof(self.reader, buffer, 0, buffer.length, self.readEntryCursor, function(err) {
        if (err) return emitErrorAndAutoClose(self, err);
        if (self.emittedError) return;
        var entry = new Entry();
        var signature = buffer.readUInt32LE(0);
        if (signature !== 33639248) return emitErrorAndAutoClose(self, new Error("invalid central directory file header signature: 0x" + signature.toString(16)));
        entry.versionMadeBy = buffer.readUInt16LE(4);
        entry.versionNeededToExtract = buffer.readUInt16LE(6);
        entry.generalPurposeBitFlag = buffer.readUInt16LE(8);
        entry.compressionMethod = buffer.readUInt16LE(10);
        entry.lastModFileTime = buffer.readUInt16LE(12);
        entry.lastModFileDate = buffer.readUInt16LE(14);
        entry.crc32 = buffer.readUInt32LE(16);
        entry.compressedSize = buffer.readUInt32LE(20);
        entry.uncompressedSize = buffer.readUInt32LE(24);
        entry.fileNameLength = buffer.readUInt16LE(28);
        entry.extraFieldLength = buffer.readUInt16LE(30);
        entry.fileCommentLength = buffer.readUInt16LE(32);
        entry.internalFileAttributes = buffer.readUInt16LE(36);
        entry.externalFileAttributes = buffer.readUInt32LE(38);
        entry.relativeOffsetOfLocalHeader = buffer.readUInt32LE(42);
        if (entry.generalPurposeBitFlag & 64) return emitErrorAndAutoClose(self, new Error("strong encryption is not supported"));
        self.readEntryCursor += 46;
        buffer = newBuffer(entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength);
        readAndAssertNoEof(self.reader, buffer, 0, buffer.length, self.readEntryCursor, function(err2) {
          if (err2) return emitErrorAndAutoClose(self, err2);
          if (self.emittedError) return;
          entry.fileNameRaw = buffer.subarray(0, entry.fileNameLength);
          var fileCommentStart = entry.fileNameLength + entry.extraFieldLength;
          entry.extraFieldRaw = buffer.subarray(entry.fileNameLength, fileCommentStart);
          entry.fileCommentRaw = buffer.subarray(fileCommentStart, fileCommentStart + entry.fileCommentLength);
          try {
            entry.extraFields = parseExtraFields(entry.extraFieldRaw);
          } catch (err3) {
            return emitErrorAndAutoClose(self, err3);
          }
          if (self.decodeStrings) {
            var isUtf8 = (entry.generalPurposeBitFlag & 2048) !== 0;
            entry.fileComment = decodeBuffer(entry.fileCommentRaw, isUtf8);
            entry.fileName = getFileNameLowLevel2(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, self.strictFileNames);
            var errorMessage = validateFileName(entry.fileName);
            if (errorMessage != null) return emitErrorAndAutoClose(self, new Error(errorMessage));
          } else {
            entry.fileComment = entry.fileCommentRaw;
            entry.fileName = entry.fileNameRaw;
          }
          entry.comment = entry.fileComment;
          self.readEntryCursor += buffer.length;
          self.entriesRead += 1;
          for (var i = 0; i < entry.extraFields.length; i++) {
            var extraField = entry.extraFields[i];
            if (extraField.id !== 1) continue;
            var zip64EiefBuffer = extraField.data;
            var index = 0;
            if (entry.uncompressedSize === 4294967295) {
              if (index + 8 > zip64EiefBuffer.length) {
                return emitErrorAndAutoClose(self, new Error("zip64 extended information extra field does not include uncompressed size"));
              }
              entry.uncompressedSize = readUInt64LE(zip64EiefBuffer, index);
              index += 8;
            }
            if (entry.compressedSize === 4294967295) {
              if (index + 8 > zip64EiefBuffer.length) {
                return emitErrorAndAutoClose(self, new Error("zip64 extended information extra field does not include compressed size"));
              }
              entry.compressedSize = readUInt64LE(zip64EiefBuffer, index);
              index += 8;
            }
            if (entry.relativeOffsetOfLocalHeader === 4294967295) {
              if (index + 8 > zip64EiefBuffer.length) {
                return emitErrorAndAutoClose(self, new Error("zip64 extended information extra field does not include relative header offset"));
              }
              entry.relativeOffsetOfLocalHeader = readUInt64LE(zip64EiefBuffer, index);
              index += 8;
            }
            break;
          }
          if (self.validateEntrySizes && entry.compressionMethod === 0) {
            var expectedCompressedSize = entry.uncompressedSize;
            if (entry.isEncrypted()) {
              expectedCompressedSize += 12;
            }
            if (entry.compressedSize !== expectedCompressedSize) {
              var msg = "compressed/uncompressed size mismatch for stored file: " + entry.compressedSize + " != " + entry.uncompressedSize;
              return emitErrorAndAutoClose(self, new Error(msg));
            }
          }
          self.emit("entry", entry);
          if (!self.lazyEntries) self._readEntry();
        });
      });
    };
    ZipFile2.prototype.eachEntry = function() {
      const self = this;
      if (!self.lazyEntries) throw new Error("eachEntry() requires lazyEntries: true");
      if (self.hasEachEntryBeenCalled) throw new Error("eachEntry() must only be called once per ZipFile");
      self.hasEachEntryBeenCalled = true;
      let pendingResolveReject = null;
      self.on("entry", onEntry);
      self.on("end", onEnd);
      self.on("error", onError);
      function cleanup() {
        self.removeListener("entry", onEntry);
        self.removeListener("end", onEnd);
        self.removeListener("error", onError);
        if (self.autoClose) self.close();
      }
      function onEntry(entry) {
        let { resolve: resolve2 } = pendingResolveReject;
        pendingResolveReject = null;
        resolve2({ value: entry });
      }
      function onEnd() {
        let { resolve: resolve2 } = pendingResolveReject;
        pendingResolveReject = null;
        cleanup();
        resolve2({ done: true });
      }
      function onError(err) {
        let { reject } = pendingResolveReject;
        pendingResolveReject = null;
        cleanup();
        reject(err);
      }
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        next() {
          const promise = new Promise((resolve2, reject) => {
            if (pendingResolveReject != null) throw new Error("next() called before previous Promise was resolved.");
            pendingResolveReject = { resolve: resolve2, reject };
          });
          self.readEntry();
          return promise;
        },
        return(value) {
          cleanup();
          return Promise.resolve({ done: true, value });
        },
        throw(value) {
          cleanup();
          return Promise.reject(value);
        }
      };
    };
    ZipFile2.prototype.openReadStream = function(entry, options2, callback) {
      var self = this;
      var relativeStart = 0;
      var relativeEnd = entry.compressedSize;
      if (callback == null) {
        callback = options2;
        options2 = null;
      }
      if (options2 == null) {
        options2 = {};
      } else {
        if (options2.decodeFileData === false) {
          if (options2.decrypt != null) {
            throw new Error("cannot use options.decrypt when options.decodeFileData === false");
          }
          if (options2.decompress != null) {
            throw new Error("cannot use options.decompress when options.decodeFileData === false");
          }
        } else {
          if (options2.decrypt != null) {
            if (!entry.isEncrypted()) {
              throw new Error("options.decrypt can only be specified for encrypted entries. See also option decodeFileData.");
            }
            if (options2.decrypt !== false) throw new Error("invalid options.decrypt value: " + options2.decrypt);
            if (entry.isCompressed()) {
              if (options2.decompress !== false) throw new Error("entry is encrypted and compressed, and options.decompress !== false. See also option decodeFileData.");
            }
          }
          if (options2.decompress != null) {
            if (!entry.isCompressed()) {
              throw new Error("options.decompress can only be specified for compressed entries. See also option decodeFileData.");
            }
            if (!(options2.decompress === false || options2.decompress === true)) {
              throw new Error("invalid options.decompress value: " + options2.decompress);
            }
            decompress = options2.decompress;
          }
        }
        if (options2.start != null) {
          relativeStart = options2.start;
          if (relativeStart < 0) throw new Error("options.start < 0");
          if (relativeStart > entry.compressedSize) throw new Error("options.start > entry.compressedSize");
        }
        if (options2.end != null) {
          relativeEnd = options2.end;
          if (relativeEnd < 0) throw new Error("options.end < 0");
          if (relativeEnd > entry.compressedSize) throw new Error("options.end > entry.compressedSize");
          if (relativeEnd < relativeStart) throw new Error("options.end < options.start");
        }
      }
      var rawMode = options2.decodeFileData === false || // Explicitly requested raw.
      (entry.compressionMethod === 0 || // Naturally without compression.
      entry.compressionMethod === 8 && options2.decompress === false) && (!entry.isEncrypted() || // Naturally without encryption.
      options2.decrypt === false);
      if (options2.start != null || options2.end != null) {
        if (!rawMode) throw new Error("start/end range require options.decodeFileData === false for non-trivial encoded entries.");
      }
      if (!self.isOpen) return callback(new Error("closed"));
      if (entry.isEncrypted() && !rawMode) {
        if (options2.decrypt !== false) return callback(new Error("entry is encrypted, and options.decodeFileData !== false"));
      }
      var decompress;
      if (rawMode) {
        decompress = false;
      } else if (entry.compressionMethod === 8) {
        decompress = options2.decodeFileData !== true;
      } else {
        return callback(new Error("unsupported compression method: " + entry.compressionMethod));
      }
      self.readLocalFileHeader(entry, { minimal: true }, function(err, localFileHeader) {
        if (err) return callback(err);
        self.openReadStreamLowLevel(
          localFileHeader.fileDataStart,
          entry.compressedSize,
          relativeStart,
          relativeEnd,
          decompress,
          entry.uncompressedSize,
          callback
        );
      });
    };
    ZipFile2.prototype.openReadStreamLowLevel = function(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize, callback) {
      var self = this;
      var fileDataEnd = fileDataStart + compressedSize;
      var readStream = self.reader.createReadStream({
        start: fileDataStart + relativeStart,
        end: fileDataStart + relativeEnd
      });
      var endpointStream = readStream;
      if (decompress) {
        var destroyed = false;
        var inflateFilter = zlib2.createInflateRaw();
        readStream.on("error", function(err) {
          setImmediate(function() {
            if (!destroyed) inflateFilter.emit("error", err);
          });
        });
        readStream.pipe(inflateFilter);
        if (self.validateEntrySizes) {
          endpointStream = new AssertByteCountStream(uncompressedSize);
          inflateFilter.on("error", function(err) {
            setImmediate(function() {
              if (!destroyed) endpointStream.emit("error", err);
            });
          });
          inflateFilter.pipe(endpointStream);
        } else {
          endpointStream = inflateFilter;
        }
        installDestroyFn(endpointStream, function() {
          destroyed = true;
          if (inflateFilter !== endpointStream) inflateFilter.unpipe(endpointStream);
          readStream.unpipe(inflateFilter);
          readStream.destroy();
        });
      }
      callback(null, endpointStream);
    };
    ZipFile2.prototype.readLocalFileHeader = function(entry, options2, callback) {
      var self = this;
      if (callback == null) {
        callback = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      self.reader.ref();
      var buffer = newBuffer(30);
      readAndAssertNoEof(self.reader, buffer, 0, buffer.length, entry.relativeOffsetOfLocalHeader, function(err) {
        try {
          if (err) return callback(err);
          var signature = buffer.readUInt32LE(0);
          if (signature !== 67324752) {
            return callback(new Error("invalid local file header signature: 0x" + signature.toString(16)));
          }
          var fileNameLength = buffer.readUInt16LE(26);
          var extraFieldLength = buffer.readUInt16LE(28);
          var fileDataStart = entry.relativeOffsetOfLocalHeader + 30 + fileNameLength + extraFieldLength;
          if (fileDataStart + entry.compressedSize > self.fileSize) {
            return callback(new Error("file data overflows file bounds: " + fileDataStart + " + " + entry.compressedSize + " > " + self.fileSize));
          }
          if (options2.minimal) {
            return callback(null, { fileDataStart });
          }
          var localFileHeader = new LocalFileHeader();
          localFileHeader.fileDataStart = fileDataStart;
          localFileHeader.versionNeededToExtract = buffer.readUInt16LE(4);
          localFileHeader.generalPurposeBitFlag = buffer.readUInt16LE(6);
          localFileHeader.compressionMethod = buffer.readUInt16LE(8);
          localFileHeader.lastModFileTime = buffer.readUInt16LE(10);
          localFileHeader.lastModFileDate = buffer.readUInt16LE(12);
          localFileHeader.crc32 = buffer.readUInt32LE(14);
          localFileHeader.compressedSize = buffer.readUInt32LE(18);
          localFileHeader.uncompressedSize = buffer.readUInt32LE(22);
          localFileHeader.fileNameLength = fileNameLength;
          localFileHeader.extraFieldLength = extraFieldLength;
          buffer = newBuffer(fileNameLength + extraFieldLength);
          self.reader.ref();
          readAndAssertNoEof(self.reader, buffer, 0, buffer.length, entry.relativeOffsetOfLocalHeader + 30, function(err2) {
            try {
              if (err2) return callback(err2);
              localFileHeader.fileName = buffer.subarray(0, fileNameLength);
              localFileHeader.extraField = buffer.subarray(fileNameLength);
              return callback(null, localFileHeader);
            } finally {
              self.reader.unref();
            }
          });
        } finally {
          self.reader.unref();
        }
      });
    };
    ZipFile2.prototype.openReadStreamPromise = function(entry, options2) {
      return new Promise((resolve2, reject) => {
        this.openReadStream(entry, options2, function(err, readStream) {
          if (err) return reject(err);
          resolve2(readStream);
        });
      });
    };
    ZipFile2.prototype.openReadStreamLowLevelPromise = function(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize) {
      return new Promise((resolve2, reject) => {
        this.openReadStream(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize, function(err, readStream) {
          if (err) return reject(err);
          resolve2(readStream);
        });
      });
    };
    ZipFile2.prototype.readLocalFileHeaderPromise = function(entry, options2) {
      return new Promise((resolve2, reject) => {
        this.readLocalFileHeader(entry, options2, function(err, localFileHeader) {
          if (err) return reject(err);
          resolve2(localFileHeader);
        });
      });
    };
    function Entry() {
    }
    Entry.prototype.getLastModDate = function(options2) {
      if (options2 == null) options2 = {};
      if (!options2.forceDosFormat) {
        for (var i = 0; i < this.extraFields.length; i++) {
          var extraField = this.extraFields[i];
          if (extraField.id === 21589) {
            var data = extraField.data;
            if (data.length < 5) continue;
            var flags = data[0];
            var HAS_MTIME = 1;
            if (!(flags & HAS_MTIME)) continue;
            var posixTimestamp = data.readInt32LE(1);
            return new Date(posixTimestamp * 1e3);
          } else if (extraField.id === 10) {
            var data = extraField.data;
            if (data.length !== 32) continue;
            if (data.readUInt16LE(4) !== 1) continue;
            if (data.readUInt16LE(6) !== 24) continue;
            var hundredNanoSecondsSince1601 = data.readUInt32LE(8) + 4294967296 * data.readInt32LE(12);
            var millisecondsSince1970 = hundredNanoSecondsSince1601 / 1e4 - 116444736e5;
            return new Date(millisecondsSince1970);
          }
        }
      }
      return dosDateTimeToDate(this.lastModFileDate, this.lastModFileTime, options2.timezone);
    };
    Entry.prototype.canDecodeFileData = function() {
      return !this.isEncrypted() && (this.compressionMethod === 0 || this.compressionMethod === 8);
    };
    Entry.prototype.isEncrypted = function() {
      return (this.generalPurposeBitFlag & 1) !== 0;
    };
    Entry.prototype.isCompressed = function() {
      return this.compressionMethod === 8;
    };
    function LocalFileHeader() {
    }
    function dosDateTimeToDate(date, time, timezone) {
      var day = date & 31;
      var month = (date >> 5 & 15) - 1;
      var year = (date >> 9 & 127) + 1980;
      var millisecond = 0;
      var second = (time & 31) * 2;
      var minute = time >> 5 & 63;
      var hour = time >> 11 & 31;
      if (timezone == null || timezone === "local") {
        return new Date(year, month, day, hour, minute, second, millisecond);
      } else if (timezone === "UTC") {
        return new Date(Date.UTC(year, month, day, hour, minute, second, millisecond));
      } else {
        throw new Error("unrecognized options.timezone: " + options.timezone);
      }
    }
    function getFileNameLowLevel2(generalPurposeBitFlag, fileNameBuffer, extraFields, strictFileNames) {
      var fileName = null;
      for (var i = 0; i < extraFields.length; i++) {
        var extraField = extraFields[i];
        if (extraField.id === 28789) {
          if (extraField.data.length < 6) {
            continue;
          }
          if (extraField.data.readUInt8(0) !== 1) {
            continue;
          }
          var oldNameCrc32 = extraField.data.readUInt32LE(1);
          if (crc323(fileNameBuffer) !== oldNameCrc32) {
            continue;
          }
          fileName = decodeBuffer(extraField.data.subarray(5), true);
          break;
        }
      }
      if (fileName == null) {
        var isUtf8 = (generalPurposeBitFlag & 2048) !== 0;
        fileName = decodeBuffer(fileNameBuffer, isUtf8);
      }
      if (!strictFileNames) {
        fileName = fileName.replace(/\\/g, "/");
      }
      return fileName;
    }
    function validateFileName(fileName) {
      if (fileName.indexOf("\\") !== -1) {
        return "invalid characters in fileName: " + fileName;
      }
      if (/^[a-zA-Z]:/.test(fileName) || /^\//.test(fileName)) {
        return "absolute path: " + fileName;
      }
      if (fileName.split("/").indexOf("..") !== -1) {
        return "invalid relative path: " + fileName;
      }
      return null;
    }
    function parseExtraFields(extraFieldBuffer) {
      var extraFields = [];
      var i = 0;
      while (i < extraFieldBuffer.length - 3) {
        var headerId = extraFieldBuffer.readUInt16LE(i + 0);
        var dataSize = extraFieldBuffer.readUInt16LE(i + 2);
        var dataStart = i + 4;
        var dataEnd = dataStart + dataSize;
        if (dataEnd > extraFieldBuffer.length) throw new Error("extra field length exceeds extra field buffer size");
        var dataBuffer = extraFieldBuffer.subarray(dataStart, dataEnd);
        extraFields.push({
          id: headerId,
          data: dataBuffer
        });
        i = dataEnd;
      }
      return extraFields;
    }
    function readAndAssertNoEof(reader, buffer, offset, length, position, callback) {
      if (length === 0) {
        return setImmediate(function() {
          callback(null, newBuffer(0));
        });
      }
      reader.read(buffer, offset, length, position, function(err, bytesRead) {
        if (err) return callback(err);
        if (bytesRead < length) {
          return callback(new Error("unexpected EOF"));
        }
        callback();
      });
    }
    util.inherits(AssertByteCountStream, Transform);
    function AssertByteCountStream(byteCount) {
      Transform.call(this);
      this.actualByteCount = 0;
      this.expectedByteCount = byteCount;
    }
    AssertByteCountStream.prototype._transform = function(chunk, encoding, cb) {
      this.actualByteCount += chunk.length;
      if (this.actualByteCount > this.expectedByteCount) {
        var msg = "too many bytes in the stream. expected " + this.expectedByteCount + ". got at least " + this.actualByteCount;
        return cb(new Error(msg));
      }
      cb(null, chunk);
    };
    AssertByteCountStream.prototype._flush = function(cb) {
      if (this.actualByteCount < this.expectedByteCount) {
        var msg = "not enough bytes in the stream. expected " + this.expectedByteCount + ". got only " + this.actualByteCount;
        return cb(new Error(msg));
      }
      cb();
    };
    util.inherits(RandomAccessReader, EventEmitter);
    function RandomAccessReader() {
      EventEmitter.call(this);
      this.refCount = 0;
    }
    RandomAccessReader.prototype.ref = function() {
      this.refCount += 1;
    };
    RandomAccessReader.prototype.unref = function() {
      var self = this;
      self.refCount -= 1;
      if (self.refCount > 0) return;
      if (self.refCount < 0) throw new Error("invalid unref");
      self.close(onCloseDone);
      function onCloseDone(err) {
        if (err) return self.emit("error", err);
        self.emit("close");
      }
    };
    RandomAccessReader.prototype.createReadStream = function(options2) {
      if (options2 == null) options2 = {};
      var start2 = options2.start;
      var end = options2.end;
      if (start2 === end) {
        var emptyStream = new PassThrough();
        setImmediate(function() {
          emptyStream.end();
        });
        return emptyStream;
      }
      var stream = this._readStreamForRange(start2, end);
      var destroyed = false;
      var refUnrefFilter = new RefUnrefFilter(this);
      stream.on("error", function(err) {
        setImmediate(function() {
          if (!destroyed) refUnrefFilter.emit("error", err);
        });
      });
      installDestroyFn(refUnrefFilter, function() {
        stream.unpipe(refUnrefFilter);
        refUnrefFilter.unref();
        stream.destroy();
      });
      var byteCounter = new AssertByteCountStream(end - start2);
      refUnrefFilter.on("error", function(err) {
        setImmediate(function() {
          if (!destroyed) byteCounter.emit("error", err);
        });
      });
      installDestroyFn(byteCounter, function() {
        destroyed = true;
        refUnrefFilter.unpipe(byteCounter);
        refUnrefFilter.destroy();
      });
      return stream.pipe(refUnrefFilter).pipe(byteCounter);
    };
    RandomAccessReader.prototype._readStreamForRange = function(start2, end) {
      throw new Error("not implemented");
    };
    RandomAccessReader.prototype.read = function(buffer, offset, length, position, callback) {
      var readStream = this.createReadStream({ start: position, end: position + length });
      var writeStream = new Writable3();
      var written = 0;
      writeStream._write = function(chunk, encoding, cb) {
        chunk.copy(buffer, offset + written, 0, chunk.length);
        written += chunk.length;
        cb();
      };
      writeStream.on("finish", callback);
      readStream.on("error", function(error) {
        callback(error);
      });
      readStream.pipe(writeStream);
    };
    RandomAccessReader.prototype.close = function(callback) {
      setImmediate(callback);
    };
    util.inherits(RefUnrefFilter, PassThrough);
    function RefUnrefFilter(context) {
      PassThrough.call(this);
      this.context = context;
      this.context.ref();
      this.unreffedYet = false;
    }
    RefUnrefFilter.prototype._flush = function(cb) {
      this.unref();
      cb();
    };
    RefUnrefFilter.prototype.unref = function(cb) {
      if (this.unreffedYet) return;
      this.unreffedYet = true;
      this.context.unref();
    };
    var cp437 = "\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";
    function decodeBuffer(buffer, isUtf8) {
      if (isUtf8) {
        return buffer.toString("utf8");
      } else {
        var result = "";
        for (var i = 0; i < buffer.length; i++) {
          result += cp437[buffer[i]];
        }
        return result;
      }
    }
    function readUInt64LE(buffer, offset) {
      var lower32 = buffer.readUInt32LE(offset);
      var upper32 = buffer.readUInt32LE(offset + 4);
      return upper32 * 4294967296 + lower32;
    }
    var newBuffer;
    if (typeof Buffer.allocUnsafe === "function") {
      newBuffer = function(len) {
        return Buffer.allocUnsafe(len);
      };
    } else {
      newBuffer = function(len) {
        return new Buffer(len);
      };
    }
    function installDestroyFn(stream, fn) {
      if (typeof stream.destroy === "function") {
        stream._destroy = function(err, cb) {
          fn();
          if (cb != null) cb(err);
        };
      } else {
        stream.destroy = fn;
      }
    }
    function defaultCallback(err) {
      if (err) throw err;
    }
  }
});

// node_modules/cli-progress/lib/eta.js
var require_eta = __commonJS({
  "node_modules/cli-progress/lib/eta.js"(exports, module) {
    var ETA = class {
      constructor(length, initTime, initValue) {
        this.etaBufferLength = length || 100;
        this.valueBuffer = [initValue];
        this.timeBuffer = [initTime];
        this.eta = "0";
      }
      // add new values to calculation buffer
      update(time, value, total) {
        this.valueBuffer.push(value);
        this.timeBuffer.push(time);
        this.calculate(total - value);
      }
      // fetch estimated time
      getTime() {
        return this.eta;
      }
      // eta calculation - request number of remaining events
      calculate(remaining) {
        const currentBufferSize = this.valueBuffer.length;
        const buffer = Math.min(this.etaBufferLength, currentBufferSize);
        const v_diff = this.valueBuffer[currentBufferSize - 1] - this.valueBuffer[currentBufferSize - buffer];
        const t_diff = this.timeBuffer[currentBufferSize - 1] - this.timeBuffer[currentBufferSize - buffer];
        const vt_rate = v_diff / t_diff;
        this.valueBuffer = this.valueBuffer.slice(-this.etaBufferLength);
        this.timeBuffer = this.timeBuffer.slice(-this.etaBufferLength);
        const eta = Math.ceil(remaining / vt_rate / 1e3);
        if (isNaN(eta)) {
          this.eta = "NULL";
        } else if (!isFinite(eta)) {
          this.eta = "INF";
        } else if (eta > 1e7) {
          this.eta = "INF";
        } else if (eta < 0) {
          this.eta = 0;
        } else {
          this.eta = eta;
        }
      }
    };
    module.exports = ETA;
  }
});

// node_modules/cli-progress/lib/terminal.js
var require_terminal = __commonJS({
  "node_modules/cli-progress/lib/terminal.js"(exports, module) {
    var _readline = __require("readline");
    var Terminal = class {
      constructor(outputStream) {
        this.stream = outputStream;
        this.linewrap = true;
        this.dy = 0;
      }
      // save cursor position + settings
      cursorSave() {
        if (!this.stream.isTTY) {
          return;
        }
        this.stream.write("\x1B7");
      }
      // restore last cursor position + settings
      cursorRestore() {
        if (!this.stream.isTTY) {
          return;
        }
        this.stream.write("\x1B8");
      }
      // show/hide cursor
      cursor(enabled) {
        if (!this.stream.isTTY) {
          return;
        }
        if (enabled) {
          this.stream.write("\x1B[?25h");
        } else {
          this.stream.write("\x1B[?25l");
        }
      }
      // change cursor positionn
      cursorTo(x = null, y = null) {
        if (!this.stream.isTTY) {
          return;
        }
        _readline.cursorTo(this.stream, x, y);
      }
      // change relative cursor position
      cursorRelative(dx = null, dy = null) {
        if (!this.stream.isTTY) {
          return;
        }
        this.dy = this.dy + dy;
        _readline.moveCursor(this.stream, dx, dy);
      }
      // relative reset
      cursorRelativeReset() {
        if (!this.stream.isTTY) {
          return;
        }
        _readline.moveCursor(this.stream, 0, -this.dy);
        _readline.cursorTo(this.stream, 0, null);
        this.dy = 0;
      }
      // clear to the right from cursor
      clearRight() {
        if (!this.stream.isTTY) {
          return;
        }
        _readline.clearLine(this.stream, 1);
      }
      // clear the full line
      clearLine() {
        if (!this.stream.isTTY) {
          return;
        }
        _readline.clearLine(this.stream, 0);
      }
      // clear everyting beyond the current line
      clearBottom() {
        if (!this.stream.isTTY) {
          return;
        }
        _readline.clearScreenDown(this.stream);
      }
      // add new line; increment counter
      newline() {
        this.stream.write("\n");
        this.dy++;
      }
      // write content to output stream
      // @TODO use string-width to strip length
      write(s, rawWrite = false) {
        if (this.linewrap === true && rawWrite === false) {
          this.stream.write(s.substr(0, this.getWidth()));
        } else {
          this.stream.write(s);
        }
      }
      // control line wrapping
      lineWrapping(enabled) {
        if (!this.stream.isTTY) {
          return;
        }
        this.linewrap = enabled;
        if (enabled) {
          this.stream.write("\x1B[?7h");
        } else {
          this.stream.write("\x1B[?7l");
        }
      }
      // tty environment ?
      isTTY() {
        return this.stream.isTTY === true;
      }
      // get terminal width
      getWidth() {
        return this.stream.columns || (this.stream.isTTY ? 80 : 200);
      }
    };
    module.exports = Terminal;
  }
});

// node_modules/ansi-regex/index.js
var require_ansi_regex = __commonJS({
  "node_modules/ansi-regex/index.js"(exports, module) {
    "use strict";
    module.exports = ({ onlyFirst = false } = {}) => {
      const pattern = [
        "[\\u001B\\u009B][[\\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]*)*)?\\u0007)",
        "(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-ntqry=><~]))"
      ].join("|");
      return new RegExp(pattern, onlyFirst ? void 0 : "g");
    };
  }
});

// node_modules/strip-ansi/index.js
var require_strip_ansi = __commonJS({
  "node_modules/strip-ansi/index.js"(exports, module) {
    "use strict";
    var ansiRegex = require_ansi_regex();
    module.exports = (string) => typeof string === "string" ? string.replace(ansiRegex(), "") : string;
  }
});

// node_modules/is-fullwidth-code-point/index.js
var require_is_fullwidth_code_point = __commonJS({
  "node_modules/is-fullwidth-code-point/index.js"(exports, module) {
    "use strict";
    var isFullwidthCodePoint = (codePoint) => {
      if (Number.isNaN(codePoint)) {
        return false;
      }
      if (codePoint >= 4352 && (codePoint <= 4447 || // Hangul Jamo
      codePoint === 9001 || // LEFT-POINTING ANGLE BRACKET
      codePoint === 9002 || // RIGHT-POINTING ANGLE BRACKET
      // CJK Radicals Supplement .. Enclosed CJK Letters and Months
      11904 <= codePoint && codePoint <= 12871 && codePoint !== 12351 || // Enclosed CJK Letters and Months .. CJK Unified Ideographs Extension A
      12880 <= codePoint && codePoint <= 19903 || // CJK Unified Ideographs .. Yi Radicals
      19968 <= codePoint && codePoint <= 42182 || // Hangul Jamo Extended-A
      43360 <= codePoint && codePoint <= 43388 || // Hangul Syllables
      44032 <= codePoint && codePoint <= 55203 || // CJK Compatibility Ideographs
      63744 <= codePoint && codePoint <= 64255 || // Vertical Forms
      65040 <= codePoint && codePoint <= 65049 || // CJK Compatibility Forms .. Small Form Variants
      65072 <= codePoint && codePoint <= 65131 || // Halfwidth and Fullwidth Forms
      65281 <= codePoint && codePoint <= 65376 || 65504 <= codePoint && codePoint <= 65510 || // Kana Supplement
      110592 <= codePoint && codePoint <= 110593 || // Enclosed Ideographic Supplement
      127488 <= codePoint && codePoint <= 127569 || // CJK Unified Ideographs Extension B .. Tertiary Ideographic Plane
      131072 <= codePoint && codePoint <= 262141)) {
        return true;
      }
      return false;
    };
    module.exports = isFullwidthCodePoint;
    module.exports.default = isFullwidthCodePoint;
  }
});

// node_modules/emoji-regex/index.js
var require_emoji_regex = __commonJS({
  "node_modules/emoji-regex/index.js"(exports, module) {
    "use strict";
    module.exports = function() {
      return /\uD83C\uDFF4\uDB40\uDC67\uDB40\uDC62(?:\uDB40\uDC65\uDB40\uDC6E\uDB40\uDC67|\uDB40\uDC73\uDB40\uDC63\uDB40\uDC74|\uDB40\uDC77\uDB40\uDC6C\uDB40\uDC73)\uDB40\uDC7F|\uD83D\uDC68(?:\uD83C\uDFFC\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68\uD83C\uDFFB|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFF\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFE])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFE\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFD])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFD\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFC])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\u200D(?:\u2764\uFE0F\u200D(?:\uD83D\uDC8B\u200D)?\uD83D\uDC68|(?:\uD83D[\uDC68\uDC69])\u200D(?:\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67]))|\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67])|(?:\uD83D[\uDC68\uDC69])\u200D(?:\uD83D[\uDC66\uDC67])|[\u2695\u2696\u2708]\uFE0F|\uD83D[\uDC66\uDC67]|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|(?:\uD83C\uDFFB\u200D[\u2695\u2696\u2708]|\uD83C\uDFFF\u200D[\u2695\u2696\u2708]|\uD83C\uDFFE\u200D[\u2695\u2696\u2708]|\uD83C\uDFFD\u200D[\u2695\u2696\u2708]|\uD83C\uDFFC\u200D[\u2695\u2696\u2708])\uFE0F|\uD83C\uDFFB\u200D(?:\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C[\uDFFB-\uDFFF])|(?:\uD83E\uDDD1\uD83C\uDFFB\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFC\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)\uD83C\uDFFB|\uD83E\uDDD1(?:\uD83C\uDFFF\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1(?:\uD83C[\uDFFB-\uDFFF])|\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1)|(?:\uD83E\uDDD1\uD83C\uDFFE\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFF\u200D\uD83E\uDD1D\u200D(?:\uD83D[\uDC68\uDC69]))(?:\uD83C[\uDFFB-\uDFFE])|(?:\uD83E\uDDD1\uD83C\uDFFC\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)(?:\uD83C[\uDFFB\uDFFC])|\uD83D\uDC69(?:\uD83C\uDFFE\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFD\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFC\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFD-\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFB\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFC-\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFD\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFC\uDFFE\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\u200D(?:\u2764\uFE0F\u200D(?:\uD83D\uDC8B\u200D(?:\uD83D[\uDC68\uDC69])|\uD83D[\uDC68\uDC69])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFF\u200D(?:\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD]))|\uD83D\uDC69\u200D\uD83D\uDC69\u200D(?:\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67]))|(?:\uD83E\uDDD1\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFE\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)(?:\uD83C[\uDFFB-\uDFFD])|\uD83D\uDC69\u200D\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC69\u200D\uD83D\uDC69\u200D(?:\uD83D[\uDC66\uDC67])|(?:\uD83D\uDC41\uFE0F\u200D\uD83D\uDDE8|\uD83D\uDC69(?:\uD83C\uDFFF\u200D[\u2695\u2696\u2708]|\uD83C\uDFFE\u200D[\u2695\u2696\u2708]|\uD83C\uDFFC\u200D[\u2695\u2696\u2708]|\uD83C\uDFFB\u200D[\u2695\u2696\u2708]|\uD83C\uDFFD\u200D[\u2695\u2696\u2708]|\u200D[\u2695\u2696\u2708])|(?:(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)\uFE0F|\uD83D\uDC6F|\uD83E[\uDD3C\uDDDE\uDDDF])\u200D[\u2640\u2642]|(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)(?:\uD83C[\uDFFB-\uDFFF])\u200D[\u2640\u2642]|(?:\uD83C[\uDFC3\uDFC4\uDFCA]|\uD83D[\uDC6E\uDC71\uDC73\uDC77\uDC81\uDC82\uDC86\uDC87\uDE45-\uDE47\uDE4B\uDE4D\uDE4E\uDEA3\uDEB4-\uDEB6]|\uD83E[\uDD26\uDD37-\uDD39\uDD3D\uDD3E\uDDB8\uDDB9\uDDCD-\uDDCF\uDDD6-\uDDDD])(?:(?:\uD83C[\uDFFB-\uDFFF])\u200D[\u2640\u2642]|\u200D[\u2640\u2642])|\uD83C\uDFF4\u200D\u2620)\uFE0F|\uD83D\uDC69\u200D\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67])|\uD83C\uDFF3\uFE0F\u200D\uD83C\uDF08|\uD83D\uDC15\u200D\uD83E\uDDBA|\uD83D\uDC69\u200D\uD83D\uDC66|\uD83D\uDC69\u200D\uD83D\uDC67|\uD83C\uDDFD\uD83C\uDDF0|\uD83C\uDDF4\uD83C\uDDF2|\uD83C\uDDF6\uD83C\uDDE6|[#\*0-9]\uFE0F\u20E3|\uD83C\uDDE7(?:\uD83C[\uDDE6\uDDE7\uDDE9-\uDDEF\uDDF1-\uDDF4\uDDF6-\uDDF9\uDDFB\uDDFC\uDDFE\uDDFF])|\uD83C\uDDF9(?:\uD83C[\uDDE6\uDDE8\uDDE9\uDDEB-\uDDED\uDDEF-\uDDF4\uDDF7\uDDF9\uDDFB\uDDFC\uDDFF])|\uD83C\uDDEA(?:\uD83C[\uDDE6\uDDE8\uDDEA\uDDEC\uDDED\uDDF7-\uDDFA])|\uD83E\uDDD1(?:\uD83C[\uDFFB-\uDFFF])|\uD83C\uDDF7(?:\uD83C[\uDDEA\uDDF4\uDDF8\uDDFA\uDDFC])|\uD83D\uDC69(?:\uD83C[\uDFFB-\uDFFF])|\uD83C\uDDF2(?:\uD83C[\uDDE6\uDDE8-\uDDED\uDDF0-\uDDFF])|\uD83C\uDDE6(?:\uD83C[\uDDE8-\uDDEC\uDDEE\uDDF1\uDDF2\uDDF4\uDDF6-\uDDFA\uDDFC\uDDFD\uDDFF])|\uD83C\uDDF0(?:\uD83C[\uDDEA\uDDEC-\uDDEE\uDDF2\uDDF3\uDDF5\uDDF7\uDDFC\uDDFE\uDDFF])|\uD83C\uDDED(?:\uD83C[\uDDF0\uDDF2\uDDF3\uDDF7\uDDF9\uDDFA])|\uD83C\uDDE9(?:\uD83C[\uDDEA\uDDEC\uDDEF\uDDF0\uDDF2\uDDF4\uDDFF])|\uD83C\uDDFE(?:\uD83C[\uDDEA\uDDF9])|\uD83C\uDDEC(?:\uD83C[\uDDE6\uDDE7\uDDE9-\uDDEE\uDDF1-\uDDF3\uDDF5-\uDDFA\uDDFC\uDDFE])|\uD83C\uDDF8(?:\uD83C[\uDDE6-\uDDEA\uDDEC-\uDDF4\uDDF7-\uDDF9\uDDFB\uDDFD-\uDDFF])|\uD83C\uDDEB(?:\uD83C[\uDDEE-\uDDF0\uDDF2\uDDF4\uDDF7])|\uD83C\uDDF5(?:\uD83C[\uDDE6\uDDEA-\uDDED\uDDF0-\uDDF3\uDDF7-\uDDF9\uDDFC\uDDFE])|\uD83C\uDDFB(?:\uD83C[\uDDE6\uDDE8\uDDEA\uDDEC\uDDEE\uDDF3\uDDFA])|\uD83C\uDDF3(?:\uD83C[\uDDE6\uDDE8\uDDEA-\uDDEC\uDDEE\uDDF1\uDDF4\uDDF5\uDDF7\uDDFA\uDDFF])|\uD83C\uDDE8(?:\uD83C[\uDDE6\uDDE8\uDDE9\uDDEB-\uDDEE\uDDF0-\uDDF5\uDDF7\uDDFA-\uDDFF])|\uD83C\uDDF1(?:\uD83C[\uDDE6-\uDDE8\uDDEE\uDDF0\uDDF7-\uDDFB\uDDFE])|\uD83C\uDDFF(?:\uD83C[\uDDE6\uDDF2\uDDFC])|\uD83C\uDDFC(?:\uD83C[\uDDEB\uDDF8])|\uD83C\uDDFA(?:\uD83C[\uDDE6\uDDEC\uDDF2\uDDF3\uDDF8\uDDFE\uDDFF])|\uD83C\uDDEE(?:\uD83C[\uDDE8-\uDDEA\uDDF1-\uDDF4\uDDF6-\uDDF9])|\uD83C\uDDEF(?:\uD83C[\uDDEA\uDDF2\uDDF4\uDDF5])|(?:\uD83C[\uDFC3\uDFC4\uDFCA]|\uD83D[\uDC6E\uDC71\uDC73\uDC77\uDC81\uDC82\uDC86\uDC87\uDE45-\uDE47\uDE4B\uDE4D\uDE4E\uDEA3\uDEB4-\uDEB6]|\uD83E[\uDD26\uDD37-\uDD39\uDD3D\uDD3E\uDDB8\uDDB9\uDDCD-\uDDCF\uDDD6-\uDDDD])(?:\uD83C[\uDFFB-\uDFFF])|(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)(?:\uD83C[\uDFFB-\uDFFF])|(?:[\u261D\u270A-\u270D]|\uD83C[\uDF85\uDFC2\uDFC7]|\uD83D[\uDC42\uDC43\uDC46-\uDC50\uDC66\uDC67\uDC6B-\uDC6D\uDC70\uDC72\uDC74-\uDC76\uDC78\uDC7C\uDC83\uDC85\uDCAA\uDD74\uDD7A\uDD90\uDD95\uDD96\uDE4C\uDE4F\uDEC0\uDECC]|\uD83E[\uDD0F\uDD18-\uDD1C\uDD1E\uDD1F\uDD30-\uDD36\uDDB5\uDDB6\uDDBB\uDDD2-\uDDD5])(?:\uD83C[\uDFFB-\uDFFF])|(?:[\u231A\u231B\u23E9-\u23EC\u23F0\u23F3\u25FD\u25FE\u2614\u2615\u2648-\u2653\u267F\u2693\u26A1\u26AA\u26AB\u26BD\u26BE\u26C4\u26C5\u26CE\u26D4\u26EA\u26F2\u26F3\u26F5\u26FA\u26FD\u2705\u270A\u270B\u2728\u274C\u274E\u2753-\u2755\u2757\u2795-\u2797\u27B0\u27BF\u2B1B\u2B1C\u2B50\u2B55]|\uD83C[\uDC04\uDCCF\uDD8E\uDD91-\uDD9A\uDDE6-\uDDFF\uDE01\uDE1A\uDE2F\uDE32-\uDE36\uDE38-\uDE3A\uDE50\uDE51\uDF00-\uDF20\uDF2D-\uDF35\uDF37-\uDF7C\uDF7E-\uDF93\uDFA0-\uDFCA\uDFCF-\uDFD3\uDFE0-\uDFF0\uDFF4\uDFF8-\uDFFF]|\uD83D[\uDC00-\uDC3E\uDC40\uDC42-\uDCFC\uDCFF-\uDD3D\uDD4B-\uDD4E\uDD50-\uDD67\uDD7A\uDD95\uDD96\uDDA4\uDDFB-\uDE4F\uDE80-\uDEC5\uDECC\uDED0-\uDED2\uDED5\uDEEB\uDEEC\uDEF4-\uDEFA\uDFE0-\uDFEB]|\uD83E[\uDD0D-\uDD3A\uDD3C-\uDD45\uDD47-\uDD71\uDD73-\uDD76\uDD7A-\uDDA2\uDDA5-\uDDAA\uDDAE-\uDDCA\uDDCD-\uDDFF\uDE70-\uDE73\uDE78-\uDE7A\uDE80-\uDE82\uDE90-\uDE95])|(?:[#\*0-9\xA9\xAE\u203C\u2049\u2122\u2139\u2194-\u2199\u21A9\u21AA\u231A\u231B\u2328\u23CF\u23E9-\u23F3\u23F8-\u23FA\u24C2\u25AA\u25AB\u25B6\u25C0\u25FB-\u25FE\u2600-\u2604\u260E\u2611\u2614\u2615\u2618\u261D\u2620\u2622\u2623\u2626\u262A\u262E\u262F\u2638-\u263A\u2640\u2642\u2648-\u2653\u265F\u2660\u2663\u2665\u2666\u2668\u267B\u267E\u267F\u2692-\u2697\u2699\u269B\u269C\u26A0\u26A1\u26AA\u26AB\u26B0\u26B1\u26BD\u26BE\u26C4\u26C5\u26C8\u26CE\u26CF\u26D1\u26D3\u26D4\u26E9\u26EA\u26F0-\u26F5\u26F7-\u26FA\u26FD\u2702\u2705\u2708-\u270D\u270F\u2712\u2714\u2716\u271D\u2721\u2728\u2733\u2734\u2744\u2747\u274C\u274E\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27A1\u27B0\u27BF\u2934\u2935\u2B05-\u2B07\u2B1B\u2B1C\u2B50\u2B55\u3030\u303D\u3297\u3299]|\uD83C[\uDC04\uDCCF\uDD70\uDD71\uDD7E\uDD7F\uDD8E\uDD91-\uDD9A\uDDE6-\uDDFF\uDE01\uDE02\uDE1A\uDE2F\uDE32-\uDE3A\uDE50\uDE51\uDF00-\uDF21\uDF24-\uDF93\uDF96\uDF97\uDF99-\uDF9B\uDF9E-\uDFF0\uDFF3-\uDFF5\uDFF7-\uDFFF]|\uD83D[\uDC00-\uDCFD\uDCFF-\uDD3D\uDD49-\uDD4E\uDD50-\uDD67\uDD6F\uDD70\uDD73-\uDD7A\uDD87\uDD8A-\uDD8D\uDD90\uDD95\uDD96\uDDA4\uDDA5\uDDA8\uDDB1\uDDB2\uDDBC\uDDC2-\uDDC4\uDDD1-\uDDD3\uDDDC-\uDDDE\uDDE1\uDDE3\uDDE8\uDDEF\uDDF3\uDDFA-\uDE4F\uDE80-\uDEC5\uDECB-\uDED2\uDED5\uDEE0-\uDEE5\uDEE9\uDEEB\uDEEC\uDEF0\uDEF3-\uDEFA\uDFE0-\uDFEB]|\uD83E[\uDD0D-\uDD3A\uDD3C-\uDD45\uDD47-\uDD71\uDD73-\uDD76\uDD7A-\uDDA2\uDDA5-\uDDAA\uDDAE-\uDDCA\uDDCD-\uDDFF\uDE70-\uDE73\uDE78-\uDE7A\uDE80-\uDE82\uDE90-\uDE95])\uFE0F|(?:[\u261D\u26F9\u270A-\u270D]|\uD83C[\uDF85\uDFC2-\uDFC4\uDFC7\uDFCA-\uDFCC]|\uD83D[\uDC42\uDC43\uDC46-\uDC50\uDC66-\uDC78\uDC7C\uDC81-\uDC83\uDC85-\uDC87\uDC8F\uDC91\uDCAA\uDD74\uDD75\uDD7A\uDD90\uDD95\uDD96\uDE45-\uDE47\uDE4B-\uDE4F\uDEA3\uDEB4-\uDEB6\uDEC0\uDECC]|\uD83E[\uDD0F\uDD18-\uDD1F\uDD26\uDD30-\uDD39\uDD3C-\uDD3E\uDDB5\uDDB6\uDDB8\uDDB9\uDDBB\uDDCD-\uDDCF\uDDD1-\uDDDD])/g;
    };
  }
});

// node_modules/string-width/index.js
var require_string_width = __commonJS({
  "node_modules/string-width/index.js"(exports, module) {
    "use strict";
    var stripAnsi = require_strip_ansi();
    var isFullwidthCodePoint = require_is_fullwidth_code_point();
    var emojiRegex = require_emoji_regex();
    var stringWidth = (string) => {
      if (typeof string !== "string" || string.length === 0) {
        return 0;
      }
      string = stripAnsi(string);
      if (string.length === 0) {
        return 0;
      }
      string = string.replace(emojiRegex(), "  ");
      let width = 0;
      for (let i = 0; i < string.length; i++) {
        const code = string.codePointAt(i);
        if (code <= 31 || code >= 127 && code <= 159) {
          continue;
        }
        if (code >= 768 && code <= 879) {
          continue;
        }
        if (code > 65535) {
          i++;
        }
        width += isFullwidthCodePoint(code) ? 2 : 1;
      }
      return width;
    };
    module.exports = stringWidth;
    module.exports.default = stringWidth;
  }
});

// node_modules/cli-progress/lib/format-value.js
var require_format_value = __commonJS({
  "node_modules/cli-progress/lib/format-value.js"(exports, module) {
    module.exports = function formatValue(v, options2, type) {
      if (options2.autopadding !== true) {
        return v;
      }
      function autopadding(value, length) {
        return (options2.autopaddingChar + value).slice(-length);
      }
      switch (type) {
        case "percentage":
          return autopadding(v, 3);
        default:
          return v;
      }
    };
  }
});

// node_modules/cli-progress/lib/format-bar.js
var require_format_bar = __commonJS({
  "node_modules/cli-progress/lib/format-bar.js"(exports, module) {
    module.exports = function formatBar(progress, options2) {
      const completeSize = Math.round(progress * options2.barsize);
      const incompleteSize = options2.barsize - completeSize;
      return options2.barCompleteString.substr(0, completeSize) + options2.barGlue + options2.barIncompleteString.substr(0, incompleteSize);
    };
  }
});

// node_modules/cli-progress/lib/format-time.js
var require_format_time = __commonJS({
  "node_modules/cli-progress/lib/format-time.js"(exports, module) {
    module.exports = function formatTime(t, options2, roundToMultipleOf) {
      function round(input) {
        if (roundToMultipleOf) {
          return roundToMultipleOf * Math.round(input / roundToMultipleOf);
        } else {
          return input;
        }
      }
      function autopadding(v) {
        return (options2.autopaddingChar + v).slice(-2);
      }
      if (t > 3600) {
        return autopadding(Math.floor(t / 3600)) + "h" + autopadding(round(t % 3600 / 60)) + "m";
      } else if (t > 60) {
        return autopadding(Math.floor(t / 60)) + "m" + autopadding(round(t % 60)) + "s";
      } else if (t > 10) {
        return autopadding(round(t)) + "s";
      } else {
        return autopadding(t) + "s";
      }
    };
  }
});

// node_modules/cli-progress/lib/formatter.js
var require_formatter = __commonJS({
  "node_modules/cli-progress/lib/formatter.js"(exports, module) {
    var _stringWidth = require_string_width();
    var _defaultFormatValue = require_format_value();
    var _defaultFormatBar = require_format_bar();
    var _defaultFormatTime = require_format_time();
    module.exports = function defaultFormatter(options2, params, payload) {
      let s = options2.format;
      const formatTime = options2.formatTime || _defaultFormatTime;
      const formatValue = options2.formatValue || _defaultFormatValue;
      const formatBar = options2.formatBar || _defaultFormatBar;
      const percentage = Math.floor(params.progress * 100) + "";
      const stopTime = params.stopTime || Date.now();
      const elapsedTime = Math.round((stopTime - params.startTime) / 1e3);
      const context = Object.assign({}, payload, {
        bar: formatBar(params.progress, options2),
        percentage: formatValue(percentage, options2, "percentage"),
        total: formatValue(params.total, options2, "total"),
        value: formatValue(params.value, options2, "value"),
        eta: formatValue(params.eta, options2, "eta"),
        eta_formatted: formatTime(params.eta, options2, 5),
        duration: formatValue(elapsedTime, options2, "duration"),
        duration_formatted: formatTime(elapsedTime, options2, 1)
      });
      s = s.replace(/\{(\w+)\}/g, function(match, key) {
        if (typeof context[key] !== "undefined") {
          return context[key];
        }
        return match;
      });
      const fullMargin = Math.max(0, params.maxWidth - _stringWidth(s) - 2);
      const halfMargin = Math.floor(fullMargin / 2);
      switch (options2.align) {
        // fill start-of-line with whitespaces
        case "right":
          s = fullMargin > 0 ? " ".repeat(fullMargin) + s : s;
          break;
        // distribute whitespaces to left+right
        case "center":
          s = halfMargin > 0 ? " ".repeat(halfMargin) + s : s;
          break;
        // default: left align, no additional whitespaces
        case "left":
        default:
          break;
      }
      return s;
    };
  }
});

// node_modules/cli-progress/lib/options.js
var require_options = __commonJS({
  "node_modules/cli-progress/lib/options.js"(exports, module) {
    function mergeOption(v, defaultValue) {
      if (typeof v === "undefined" || v === null) {
        return defaultValue;
      } else {
        return v;
      }
    }
    module.exports = {
      // set global options
      parse: function parse(rawOptions, preset) {
        const options2 = {};
        const opt = Object.assign({}, preset, rawOptions);
        options2.throttleTime = 1e3 / mergeOption(opt.fps, 10);
        options2.stream = mergeOption(opt.stream, process.stderr);
        options2.terminal = mergeOption(opt.terminal, null);
        options2.clearOnComplete = mergeOption(opt.clearOnComplete, false);
        options2.stopOnComplete = mergeOption(opt.stopOnComplete, false);
        options2.barsize = mergeOption(opt.barsize, 40);
        options2.align = mergeOption(opt.align, "left");
        options2.hideCursor = mergeOption(opt.hideCursor, false);
        options2.linewrap = mergeOption(opt.linewrap, false);
        options2.barGlue = mergeOption(opt.barGlue, "");
        options2.barCompleteChar = mergeOption(opt.barCompleteChar, "=");
        options2.barIncompleteChar = mergeOption(opt.barIncompleteChar, "-");
        options2.format = mergeOption(opt.format, "progress [{bar}] {percentage}% | ETA: {eta}s | {value}/{total}");
        options2.formatTime = mergeOption(opt.formatTime, null);
        options2.formatValue = mergeOption(opt.formatValue, null);
        options2.formatBar = mergeOption(opt.formatBar, null);
        options2.etaBufferLength = mergeOption(opt.etaBuffer, 10);
        options2.etaAsynchronousUpdate = mergeOption(opt.etaAsynchronousUpdate, false);
        options2.progressCalculationRelative = mergeOption(opt.progressCalculationRelative, false);
        options2.synchronousUpdate = mergeOption(opt.synchronousUpdate, true);
        options2.noTTYOutput = mergeOption(opt.noTTYOutput, false);
        options2.notTTYSchedule = mergeOption(opt.notTTYSchedule, 2e3);
        options2.emptyOnZero = mergeOption(opt.emptyOnZero, false);
        options2.forceRedraw = mergeOption(opt.forceRedraw, false);
        options2.autopadding = mergeOption(opt.autopadding, false);
        options2.gracefulExit = mergeOption(opt.gracefulExit, false);
        return options2;
      },
      // derived options: instance specific, has to be created for every bar element
      assignDerivedOptions: function assignDerivedOptions(options2) {
        options2.barCompleteString = options2.barCompleteChar.repeat(options2.barsize + 1);
        options2.barIncompleteString = options2.barIncompleteChar.repeat(options2.barsize + 1);
        options2.autopaddingChar = options2.autopadding ? mergeOption(options2.autopaddingChar, "   ") : "";
        return options2;
      }
    };
  }
});

// node_modules/cli-progress/lib/generic-bar.js
var require_generic_bar = __commonJS({
  "node_modules/cli-progress/lib/generic-bar.js"(exports, module) {
    var _ETA = require_eta();
    var _Terminal = require_terminal();
    var _formatter = require_formatter();
    var _options = require_options();
    var _EventEmitter = __require("events");
    module.exports = class GenericBar extends _EventEmitter {
      constructor(options2) {
        super();
        this.options = _options.assignDerivedOptions(options2);
        this.terminal = this.options.terminal ? this.options.terminal : new _Terminal(this.options.stream);
        this.value = 0;
        this.startValue = 0;
        this.total = 100;
        this.lastDrawnString = null;
        this.startTime = null;
        this.stopTime = null;
        this.lastRedraw = Date.now();
        this.eta = new _ETA(this.options.etaBufferLength, 0, 0);
        this.payload = {};
        this.isActive = false;
        this.formatter = typeof this.options.format === "function" ? this.options.format : _formatter;
      }
      // internal render function
      render(forceRendering = false) {
        const params = {
          progress: this.getProgress(),
          eta: this.eta.getTime(),
          startTime: this.startTime,
          stopTime: this.stopTime,
          total: this.total,
          value: this.value,
          maxWidth: this.terminal.getWidth()
        };
        if (this.options.etaAsynchronousUpdate) {
          this.updateETA();
        }
        const s = this.formatter(this.options, params, this.payload);
        const forceRedraw = forceRendering || this.options.forceRedraw || this.options.noTTYOutput && !this.terminal.isTTY();
        if (forceRedraw || this.lastDrawnString != s) {
          this.emit("redraw-pre");
          this.terminal.cursorTo(0, null);
          this.terminal.write(s);
          this.terminal.clearRight();
          this.lastDrawnString = s;
          this.lastRedraw = Date.now();
          this.emit("redraw-post");
        }
      }
      // start the progress bar
      start(total, startValue, payload) {
        this.value = startValue || 0;
        this.total = typeof total !== "undefined" && total >= 0 ? total : 100;
        this.startValue = startValue || 0;
        this.payload = payload || {};
        this.startTime = Date.now();
        this.stopTime = null;
        this.lastDrawnString = "";
        this.eta = new _ETA(this.options.etaBufferLength, this.startTime, this.value);
        this.isActive = true;
        this.emit("start", total, startValue);
      }
      // stop the bar
      stop() {
        this.isActive = false;
        this.stopTime = Date.now();
        this.emit("stop", this.total, this.value);
      }
      // update the bar value
      // update(value, payload)
      // update(payload)
      update(arg0, arg1 = {}) {
        if (typeof arg0 === "number") {
          this.value = arg0;
          this.eta.update(Date.now(), arg0, this.total);
        }
        const payloadData = (typeof arg0 === "object" ? arg0 : arg1) || {};
        this.emit("update", this.total, this.value);
        for (const key in payloadData) {
          this.payload[key] = payloadData[key];
        }
        if (this.value >= this.getTotal() && this.options.stopOnComplete) {
          this.stop();
        }
      }
      // calculate the actual progress value
      getProgress() {
        let progress = this.value / this.total;
        if (this.options.progressCalculationRelative) {
          progress = (this.value - this.startValue) / (this.total - this.startValue);
        }
        if (isNaN(progress)) {
          progress = this.options && this.options.emptyOnZero ? 0 : 1;
        }
        progress = Math.min(Math.max(progress, 0), 1);
        return progress;
      }
      // update the bar value
      // increment(delta, payload)
      // increment(payload)
      increment(arg0 = 1, arg1 = {}) {
        if (typeof arg0 === "object") {
          this.update(this.value + 1, arg0);
        } else {
          this.update(this.value + arg0, arg1);
        }
      }
      // get the total (limit) value
      getTotal() {
        return this.total;
      }
      // set the total (limit) value
      setTotal(total) {
        if (typeof total !== "undefined" && total >= 0) {
          this.total = total;
        }
      }
      // force eta calculation update (long running processes)
      updateETA() {
        this.eta.update(Date.now(), this.value, this.total);
      }
    };
  }
});

// node_modules/cli-progress/lib/single-bar.js
var require_single_bar = __commonJS({
  "node_modules/cli-progress/lib/single-bar.js"(exports, module) {
    var _GenericBar = require_generic_bar();
    var _options = require_options();
    module.exports = class SingleBar extends _GenericBar {
      constructor(options2, preset) {
        super(_options.parse(options2, preset));
        this.timer = null;
        if (this.options.noTTYOutput && this.terminal.isTTY() === false) {
          this.options.synchronousUpdate = false;
        }
        this.schedulingRate = this.terminal.isTTY() ? this.options.throttleTime : this.options.notTTYSchedule;
        this.sigintCallback = null;
      }
      // internal render function
      render() {
        if (this.timer) {
          clearTimeout(this.timer);
          this.timer = null;
        }
        super.render();
        if (this.options.noTTYOutput && this.terminal.isTTY() === false) {
          this.terminal.newline();
        }
        this.timer = setTimeout(this.render.bind(this), this.schedulingRate);
      }
      update(current, payload) {
        if (!this.timer) {
          return;
        }
        super.update(current, payload);
        if (this.options.synchronousUpdate && this.lastRedraw + this.options.throttleTime * 2 < Date.now()) {
          this.render();
        }
      }
      // start the progress bar
      start(total, startValue, payload) {
        if (this.options.noTTYOutput === false && this.terminal.isTTY() === false) {
          return;
        }
        if (this.sigintCallback === null && this.options.gracefulExit) {
          this.sigintCallback = this.stop.bind(this);
          process.once("SIGINT", this.sigintCallback);
          process.once("SIGTERM", this.sigintCallback);
        }
        this.terminal.cursorSave();
        if (this.options.hideCursor === true) {
          this.terminal.cursor(false);
        }
        if (this.options.linewrap === false) {
          this.terminal.lineWrapping(false);
        }
        super.start(total, startValue, payload);
        this.render();
      }
      // stop the bar
      stop() {
        if (!this.timer) {
          return;
        }
        if (this.sigintCallback) {
          process.removeListener("SIGINT", this.sigintCallback);
          process.removeListener("SIGTERM", this.sigintCallback);
          this.sigintCallback = null;
        }
        this.render();
        super.stop();
        clearTimeout(this.timer);
        this.timer = null;
        if (this.options.hideCursor === true) {
          this.terminal.cursor(true);
        }
        if (this.options.linewrap === false) {
          this.terminal.lineWrapping(true);
        }
        this.terminal.cursorRestore();
        if (this.options.clearOnComplete) {
          this.terminal.cursorTo(0, null);
          this.terminal.clearLine();
        } else {
          this.terminal.newline();
        }
      }
    };
  }
});

// node_modules/cli-progress/lib/multi-bar.js
var require_multi_bar = __commonJS({
  "node_modules/cli-progress/lib/multi-bar.js"(exports, module) {
    var _Terminal = require_terminal();
    var _BarElement = require_generic_bar();
    var _options = require_options();
    var _EventEmitter = __require("events");
    module.exports = class MultiBar extends _EventEmitter {
      constructor(options2, preset) {
        super();
        this.bars = [];
        this.options = _options.parse(options2, preset);
        this.options.synchronousUpdate = false;
        this.terminal = this.options.terminal ? this.options.terminal : new _Terminal(this.options.stream);
        this.timer = null;
        this.isActive = false;
        this.schedulingRate = this.terminal.isTTY() ? this.options.throttleTime : this.options.notTTYSchedule;
        this.loggingBuffer = [];
        this.sigintCallback = null;
      }
      // add a new bar to the stack
      create(total, startValue, payload, barOptions = {}) {
        const bar = new _BarElement(Object.assign(
          {},
          // global options
          this.options,
          // terminal instance
          {
            terminal: this.terminal
          },
          // overrides
          barOptions
        ));
        this.bars.push(bar);
        if (this.options.noTTYOutput === false && this.terminal.isTTY() === false) {
          return bar;
        }
        if (this.sigintCallback === null && this.options.gracefulExit) {
          this.sigintCallback = this.stop.bind(this);
          process.once("SIGINT", this.sigintCallback);
          process.once("SIGTERM", this.sigintCallback);
        }
        if (!this.isActive) {
          if (this.options.hideCursor === true) {
            this.terminal.cursor(false);
          }
          if (this.options.linewrap === false) {
            this.terminal.lineWrapping(false);
          }
          this.timer = setTimeout(this.update.bind(this), this.schedulingRate);
        }
        this.isActive = true;
        bar.start(total, startValue, payload);
        this.emit("start");
        return bar;
      }
      // remove a bar from the stack
      remove(bar) {
        const index = this.bars.indexOf(bar);
        if (index < 0) {
          return false;
        }
        this.bars.splice(index, 1);
        this.update();
        this.terminal.newline();
        this.terminal.clearBottom();
        return true;
      }
      // internal update routine
      update() {
        if (this.timer) {
          clearTimeout(this.timer);
          this.timer = null;
        }
        this.emit("update-pre");
        this.terminal.cursorRelativeReset();
        this.emit("redraw-pre");
        if (this.loggingBuffer.length > 0) {
          this.terminal.clearLine();
          while (this.loggingBuffer.length > 0) {
            this.terminal.write(this.loggingBuffer.shift(), true);
          }
        }
        for (let i = 0; i < this.bars.length; i++) {
          if (i > 0) {
            this.terminal.newline();
          }
          this.bars[i].render();
        }
        this.emit("redraw-post");
        if (this.options.noTTYOutput && this.terminal.isTTY() === false) {
          this.terminal.newline();
          this.terminal.newline();
        }
        this.timer = setTimeout(this.update.bind(this), this.schedulingRate);
        this.emit("update-post");
        if (this.options.stopOnComplete && !this.bars.find((bar) => bar.isActive)) {
          this.stop();
        }
      }
      stop() {
        clearTimeout(this.timer);
        this.timer = null;
        if (this.sigintCallback) {
          process.removeListener("SIGINT", this.sigintCallback);
          process.removeListener("SIGTERM", this.sigintCallback);
          this.sigintCallback = null;
        }
        this.isActive = false;
        if (this.options.hideCursor === true) {
          this.terminal.cursor(true);
        }
        if (this.options.linewrap === false) {
          this.terminal.lineWrapping(true);
        }
        this.terminal.cursorRelativeReset();
        this.emit("stop-pre-clear");
        if (this.options.clearOnComplete) {
          this.terminal.clearBottom();
        } else {
          for (let i = 0; i < this.bars.length; i++) {
            if (i > 0) {
              this.terminal.newline();
            }
            this.bars[i].render();
            this.bars[i].stop();
          }
          this.terminal.newline();
        }
        this.emit("stop");
      }
      log(s) {
        this.loggingBuffer.push(s);
      }
    };
  }
});

// node_modules/cli-progress/presets/legacy.js
var require_legacy = __commonJS({
  "node_modules/cli-progress/presets/legacy.js"(exports, module) {
    module.exports = {
      format: "progress [{bar}] {percentage}% | ETA: {eta}s | {value}/{total}",
      barCompleteChar: "=",
      barIncompleteChar: "-"
    };
  }
});

// node_modules/cli-progress/presets/shades-classic.js
var require_shades_classic = __commonJS({
  "node_modules/cli-progress/presets/shades-classic.js"(exports, module) {
    module.exports = {
      format: " {bar} {percentage}% | ETA: {eta}s | {value}/{total}",
      barCompleteChar: "█",
      barIncompleteChar: "░"
    };
  }
});

// node_modules/cli-progress/presets/shades-grey.js
var require_shades_grey = __commonJS({
  "node_modules/cli-progress/presets/shades-grey.js"(exports, module) {
    module.exports = {
      format: " \x1B[90m{bar}\x1B[0m {percentage}% | ETA: {eta}s | {value}/{total}",
      barCompleteChar: "█",
      barIncompleteChar: "░"
    };
  }
});

// node_modules/cli-progress/presets/rect.js
var require_rect = __commonJS({
  "node_modules/cli-progress/presets/rect.js"(exports, module) {
    module.exports = {
      format: " {bar}■ {percentage}% | ETA: {eta}s | {value}/{total}",
      barCompleteChar: "■",
      barIncompleteChar: " "
    };
  }
});

// node_modules/cli-progress/presets/index.js
var require_presets = __commonJS({
  "node_modules/cli-progress/presets/index.js"(exports, module) {
    var _legacy = require_legacy();
    var _shades_classic = require_shades_classic();
    var _shades_grey = require_shades_grey();
    var _rect = require_rect();
    module.exports = {
      legacy: _legacy,
      shades_classic: _shades_classic,
      shades_grey: _shades_grey,
      rect: _rect
    };
  }
});

// node_modules/cli-progress/cli-progress.js
var require_cli_progress = __commonJS({
  "node_modules/cli-progress/cli-progress.js"(exports, module) {
    var _SingleBar = require_single_bar();
    var _MultiBar = require_multi_bar();
    var _Presets = require_presets();
    var _Formatter = require_formatter();
    var _defaultFormatValue = require_format_value();
    var _defaultFormatBar = require_format_bar();
    var _defaultFormatTime = require_format_time();
    module.exports = {
      Bar: _SingleBar,
      SingleBar: _SingleBar,
      MultiBar: _MultiBar,
      Presets: _Presets,
      Format: {
        Formatter: _Formatter,
        BarFormat: _defaultFormatBar,
        ValueFormat: _defaultFormatValue,
        TimeFormat: _defaultFormatTime
      }
    };
  }
});

// node_modules/yazl/index.js
var require_yazl = __commonJS({
  "node_modules/yazl/index.js"(exports) {
    var fs = __require("fs");
    var Transform = __require("stream").Transform;
    var PassThrough = __require("stream").PassThrough;
    var zlib2 = __require("zlib");
    var util = __require("util");
    var EventEmitter = __require("events").EventEmitter;
    var errorMonitor = __require("events").errorMonitor;
    var crc323 = require_dist();
    exports.ZipFile = ZipFile2;
    exports.dateToDosDateTime = dateToDosDateTime;
    util.inherits(ZipFile2, EventEmitter);
    function ZipFile2() {
      this.outputStream = new PassThrough();
      this.entries = [];
      this.outputStreamCursor = 0;
      this.ended = false;
      this.allDone = false;
      this.forceZip64Eocd = false;
      this.errored = false;
      this.on(errorMonitor, function() {
        this.errored = true;
      });
    }
    ZipFile2.prototype.addFile = function(realPath, metadataPath, options2) {
      var self = this;
      metadataPath = validateMetadataPath(metadataPath, false);
      if (options2 == null) options2 = {};
      if (shouldIgnoreAdding(self)) return;
      var entry = new Entry(metadataPath, false, options2);
      self.entries.push(entry);
      fs.stat(realPath, function(err, stats) {
        if (err) return self.emit("error", err);
        if (!stats.isFile()) return self.emit("error", new Error("not a file: " + realPath));
        entry.uncompressedSize = stats.size;
        if (options2.mtime == null) entry.setLastModDate(stats.mtime);
        if (options2.mode == null) entry.setFileAttributesMode(stats.mode);
        entry.setFileDataPumpFunction(function() {
          var readStream = fs.createReadStream(realPath);
          entry.state = Entry.FILE_DATA_IN_PROGRESS;
          readStream.on("error", function(err2) {
            self.emit("error", err2);
          });
          pumpFileDataReadStream(self, entry, readStream);
        });
        pumpEntries(self);
      });
    };
    ZipFile2.prototype.addReadStream = function(readStream, metadataPath, options2) {
      this.addReadStreamLazy(metadataPath, options2, function(cb) {
        cb(null, readStream);
      });
    };
    ZipFile2.prototype.addReadStreamLazy = function(metadataPath, options2, getReadStreamFunction) {
      var self = this;
      if (typeof options2 === "function") {
        getReadStreamFunction = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      metadataPath = validateMetadataPath(metadataPath, false);
      if (shouldIgnoreAdding(self)) return;
      var entry = new Entry(metadataPath, false, options2);
      self.entries.push(entry);
      entry.setFileDataPumpFunction(function() {
        entry.state = Entry.FILE_DATA_IN_PROGRESS;
        getReadStreamFunction(function(err, readStream) {
          if (err) return self.emit("error", err);
          pumpFileDataReadStream(self, entry, readStream);
        });
      });
      pumpEntries(self);
    };
    ZipFile2.prototype.addBuffer = function(buffer, metadataPath, options2) {
      var self = this;
      metadataPath = validateMetadataPath(metadataPath, false);
      if (buffer.length > 1073741823) throw new Error("buffer too large: " + buffer.length + " > 1073741823");
      if (options2 == null) options2 = {};
      if (options2.size != null) throw new Error("options.size not allowed");
      if (shouldIgnoreAdding(self)) return;
      var entry = new Entry(metadataPath, false, options2);
      entry.uncompressedSize = buffer.length;
      entry.crc32 = crc323.unsigned(buffer);
      entry.crcAndFileSizeKnown = true;
      self.entries.push(entry);
      if (entry.compressionLevel === 0) {
        setCompressedBuffer(buffer);
      } else {
        zlib2.deflateRaw(buffer, { level: entry.compressionLevel }, function(err, compressedBuffer) {
          setCompressedBuffer(compressedBuffer);
        });
      }
      function setCompressedBuffer(compressedBuffer) {
        entry.compressedSize = compressedBuffer.length;
        entry.setFileDataPumpFunction(function() {
          writeToOutputStream(self, compressedBuffer);
          writeToOutputStream(self, entry.getDataDescriptor());
          entry.state = Entry.FILE_DATA_DONE;
          setImmediate(function() {
            pumpEntries(self);
          });
        });
        pumpEntries(self);
      }
    };
    ZipFile2.prototype.addEmptyDirectory = function(metadataPath, options2) {
      var self = this;
      metadataPath = validateMetadataPath(metadataPath, true);
      if (options2 == null) options2 = {};
      if (options2.size != null) throw new Error("options.size not allowed");
      if (options2.compress != null) throw new Error("options.compress not allowed");
      if (options2.compressionLevel != null) throw new Error("options.compressionLevel not allowed");
      if (shouldIgnoreAdding(self)) return;
      var entry = new Entry(metadataPath, true, options2);
      self.entries.push(entry);
      entry.setFileDataPumpFunction(function() {
        writeToOutputStream(self, entry.getDataDescriptor());
        entry.state = Entry.FILE_DATA_DONE;
        pumpEntries(self);
      });
      pumpEntries(self);
    };
    var eocdrSignatureBuffer = bufferFrom([80, 75, 5, 6]);
    ZipFile2.prototype.end = function(options2, calculatedTotalSizeCallback) {
      if (typeof options2 === "function") {
        calculatedTotalSizeCallback = options2;
        options2 = null;
      }
      if (options2 == null) options2 = {};
      if (this.ended) return;
      this.ended = true;
      if (this.errored) return;
      this.calculatedTotalSizeCallback = calculatedTotalSizeCallback;
      this.forceZip64Eocd = !!options2.forceZip64Format;
      if (options2.comment) {
        if (typeof options2.comment === "string") {
          this.comment = encodeCp437(options2.comment);
        } else {
          this.comment = options2.comment;
        }
        if (this.comment.length > 65535) throw new Error("comment is too large");
        if (bufferIncludes(this.comment, eocdrSignatureBuffer)) throw new Error("comment contains end of central directory record signature");
      } else {
        this.comment = EMPTY_BUFFER;
      }
      pumpEntries(this);
    };
    function writeToOutputStream(self, buffer) {
      self.outputStream.write(buffer);
      self.outputStreamCursor += buffer.length;
    }
    function pumpFileDataReadStream(self, entry, readStream) {
      var crc32Watcher = new Crc32Watcher();
      var uncompressedSizeCounter = new ByteCounter();
      var compressor = entry.compressionLevel !== 0 ? new zlib2.DeflateRaw({ level: entry.compressionLevel }) : new PassThrough();
      var compressedSizeCounter = new ByteCounter();
      readStream.pipe(crc32Watcher).pipe(uncompressedSizeCounter).pipe(compressor).pipe(compressedSizeCounter).pipe(self.outputStream, { end: false });
      compressedSizeCounter.on("end", function() {
        entry.crc32 = crc32Watcher.crc32;
        if (entry.uncompressedSize == null) {
          entry.uncompressedSize = uncompressedSizeCounter.byteCount;
        } else {
          if (entry.uncompressedSize !== uncompressedSizeCounter.byteCount) return self.emit("error", new Error("file data stream has unexpected number of bytes"));
        }
        entry.compressedSize = compressedSizeCounter.byteCount;
        self.outputStreamCursor += entry.compressedSize;
        writeToOutputStream(self, entry.getDataDescriptor());
        entry.state = Entry.FILE_DATA_DONE;
        pumpEntries(self);
      });
    }
    function determineCompressionLevel(options2) {
      if (options2.compress != null && options2.compressionLevel != null) {
        if (!!options2.compress !== !!options2.compressionLevel) throw new Error("conflicting settings for compress and compressionLevel");
      }
      if (options2.compressionLevel != null) return options2.compressionLevel;
      if (options2.compress === false) return 0;
      return 6;
    }
    function pumpEntries(self) {
      if (self.allDone || self.errored) return;
      if (self.ended && self.calculatedTotalSizeCallback != null) {
        var calculatedTotalSize = calculateTotalSize(self);
        if (calculatedTotalSize != null) {
          self.calculatedTotalSizeCallback(calculatedTotalSize);
          self.calculatedTotalSizeCallback = null;
        }
      }
      var entry = getFirstNotDoneEntry();
      function getFirstNotDoneEntry() {
        for (var i = 0; i < self.entries.length; i++) {
          var entry2 = self.entries[i];
          if (entry2.state < Entry.FILE_DATA_DONE) return entry2;
        }
        return null;
      }
      if (entry != null) {
        if (entry.state < Entry.READY_TO_PUMP_FILE_DATA) return;
        if (entry.state === Entry.FILE_DATA_IN_PROGRESS) return;
        entry.relativeOffsetOfLocalHeader = self.outputStreamCursor;
        var localFileHeader = entry.getLocalFileHeader();
        writeToOutputStream(self, localFileHeader);
        entry.doFileDataPump();
      } else {
        if (self.ended) {
          self.offsetOfStartOfCentralDirectory = self.outputStreamCursor;
          self.entries.forEach(function(entry2) {
            var centralDirectoryRecord = entry2.getCentralDirectoryRecord();
            writeToOutputStream(self, centralDirectoryRecord);
          });
          writeToOutputStream(self, getEndOfCentralDirectoryRecord(self));
          self.outputStream.end();
          self.allDone = true;
        }
      }
    }
    function calculateTotalSize(self) {
      var pretendOutputCursor = 0;
      var centralDirectorySize = 0;
      for (var i = 0; i < self.entries.length; i++) {
        var entry = self.entries[i];
        if (entry.compressionLevel !== 0) return -1;
        if (entry.state >= Entry.READY_TO_PUMP_FILE_DATA) {
          if (entry.uncompressedSize == null) return -1;
        } else {
          if (entry.uncompressedSize == null) return null;
        }
        entry.relativeOffsetOfLocalHeader = pretendOutputCursor;
        var useZip64Format = entry.useZip64Format();
        pretendOutputCursor += LOCAL_FILE_HEADER_FIXED_SIZE + entry.utf8FileName.length;
        pretendOutputCursor += entry.uncompressedSize;
        if (!entry.crcAndFileSizeKnown) {
          if (useZip64Format) {
            pretendOutputCursor += ZIP64_DATA_DESCRIPTOR_SIZE;
          } else {
            pretendOutputCursor += DATA_DESCRIPTOR_SIZE;
          }
        }
        centralDirectorySize += CENTRAL_DIRECTORY_RECORD_FIXED_SIZE + entry.utf8FileName.length + entry.fileComment.length;
        if (!entry.forceDosTimestamp) {
          centralDirectorySize += INFO_ZIP_UNIVERSAL_TIMESTAMP_EXTRA_FIELD_SIZE;
        }
        if (useZip64Format) {
          centralDirectorySize += ZIP64_EXTENDED_INFORMATION_EXTRA_FIELD_SIZE;
        }
      }
      var endOfCentralDirectorySize = 0;
      if (self.forceZip64Eocd || self.entries.length >= 65535 || centralDirectorySize >= 65535 || pretendOutputCursor >= 4294967295) {
        endOfCentralDirectorySize += ZIP64_END_OF_CENTRAL_DIRECTORY_RECORD_SIZE + ZIP64_END_OF_CENTRAL_DIRECTORY_LOCATOR_SIZE;
      }
      endOfCentralDirectorySize += END_OF_CENTRAL_DIRECTORY_RECORD_SIZE + self.comment.length;
      return pretendOutputCursor + centralDirectorySize + endOfCentralDirectorySize;
    }
    function shouldIgnoreAdding(self) {
      if (self.ended) throw new Error("cannot add entries after calling end()");
      if (self.errored) return true;
      return false;
    }
    var ZIP64_END_OF_CENTRAL_DIRECTORY_RECORD_SIZE = 56;
    var ZIP64_END_OF_CENTRAL_DIRECTORY_LOCATOR_SIZE = 20;
    var END_OF_CENTRAL_DIRECTORY_RECORD_SIZE = 22;
    function getEndOfCentralDirectoryRecord(self, actuallyJustTellMeHowLongItWouldBe) {
      var needZip64Format = false;
      var normalEntriesLength = self.entries.length;
      if (self.forceZip64Eocd || self.entries.length >= 65535) {
        normalEntriesLength = 65535;
        needZip64Format = true;
      }
      var sizeOfCentralDirectory = self.outputStreamCursor - self.offsetOfStartOfCentralDirectory;
      var normalSizeOfCentralDirectory = sizeOfCentralDirectory;
      if (self.forceZip64Eocd || sizeOfCentralDirectory >= 4294967295) {
        normalSizeOfCentralDirectory = 4294967295;
        needZip64Format = true;
      }
      var normalOffsetOfStartOfCentralDirectory = self.offsetOfStartOfCentralDirectory;
      if (self.forceZip64Eocd || self.offsetOfStartOfCentralDirectory >= 4294967295) {
        normalOffsetOfStartOfCentralDirectory = 4294967295;
        needZip64Format = true;
      }
      if (actuallyJustTellMeHowLongItWouldBe) {
        if (needZip64Format) {
          return ZIP64_END_OF_CENTRAL_DIRECTORY_RECORD_SIZE + ZIP64_END_OF_CENTRAL_DIRECTORY_LOCATOR_SIZE + END_OF_CENTRAL_DIRECTORY_RECORD_SIZE;
        } else {
          return END_OF_CENTRAL_DIRECTORY_RECORD_SIZE;
        }
      }
      var eocdrBuffer = bufferAlloc(END_OF_CENTRAL_DIRECTORY_RECORD_SIZE + self.comment.length);
      eocdrBuffer.writeUInt32LE(101010256, 0);
      eocdrBuffer.writeUInt16LE(0, 4);
      eocdrBuffer.writeUInt16LE(0, 6);
      eocdrBuffer.writeUInt16LE(normalEntriesLength, 8);
      eocdrBuffer.writeUInt16LE(normalEntriesLength, 10);
      eocdrBuffer.writeUInt32LE(normalSizeOfCentralDirectory, 12);
      eocdrBuffer.writeUInt32LE(normalOffsetOfStartOfCentralDirectory, 16);
      eocdrBuffer.writeUInt16LE(self.comment.length, 20);
      self.comment.copy(eocdrBuffer, 22);
      if (!needZip64Format) return eocdrBuffer;
      var zip64EocdrBuffer = bufferAlloc(ZIP64_END_OF_CENTRAL_DIRECTORY_RECORD_SIZE);
      zip64EocdrBuffer.writeUInt32LE(101075792, 0);
      writeUInt64LE(zip64EocdrBuffer, ZIP64_END_OF_CENTRAL_DIRECTORY_RECORD_SIZE - 12, 4);
      zip64EocdrBuffer.writeUInt16LE(VERSION_MADE_BY, 12);
      zip64EocdrBuffer.writeUInt16LE(VERSION_NEEDED_TO_EXTRACT_ZIP64, 14);
      zip64EocdrBuffer.writeUInt32LE(0, 16);
      zip64EocdrBuffer.writeUInt32LE(0, 20);
      writeUInt64LE(zip64EocdrBuffer, self.entries.length, 24);
      writeUInt64LE(zip64EocdrBuffer, self.entries.length, 32);
      writeUInt64LE(zip64EocdrBuffer, sizeOfCentralDirectory, 40);
      writeUInt64LE(zip64EocdrBuffer, self.offsetOfStartOfCentralDirectory, 48);
      var zip64EocdlBuffer = bufferAlloc(ZIP64_END_OF_CENTRAL_DIRECTORY_LOCATOR_SIZE);
      zip64EocdlBuffer.writeUInt32LE(117853008, 0);
      zip64EocdlBuffer.writeUInt32LE(0, 4);
      writeUInt64LE(zip64EocdlBuffer, self.outputStreamCursor, 8);
      zip64EocdlBuffer.writeUInt32LE(1, 16);
      return Buffer.concat([
        zip64EocdrBuffer,
        zip64EocdlBuffer,
        eocdrBuffer
      ]);
    }
    function validateMetadataPath(metadataPath, isDirectory) {
      if (metadataPath === "") throw new Error("empty metadataPath");
      metadataPath = metadataPath.replace(/\\/g, "/");
      if (/^[a-zA-Z]:/.test(metadataPath) || /^\//.test(metadataPath)) throw new Error("absolute path: " + metadataPath);
      if (metadataPath.split("/").indexOf("..") !== -1) throw new Error("invalid relative path: " + metadataPath);
      var looksLikeDirectory = /\/$/.test(metadataPath);
      if (isDirectory) {
        if (!looksLikeDirectory) metadataPath += "/";
      } else {
        if (looksLikeDirectory) throw new Error("file path cannot end with '/': " + metadataPath);
      }
      return metadataPath;
    }
    var EMPTY_BUFFER = bufferAlloc(0);
    function Entry(metadataPath, isDirectory, options2) {
      this.utf8FileName = bufferFrom(metadataPath);
      if (this.utf8FileName.length > 65535) throw new Error("utf8 file name too long. " + utf8FileName.length + " > 65535");
      this.isDirectory = isDirectory;
      this.state = Entry.WAITING_FOR_METADATA;
      this.setLastModDate(options2.mtime != null ? options2.mtime : /* @__PURE__ */ new Date());
      this.forceDosTimestamp = !!options2.forceDosTimestamp;
      if (options2.mode != null) {
        this.setFileAttributesMode(options2.mode);
      } else {
        this.setFileAttributesMode(isDirectory ? 16893 : 33204);
      }
      if (isDirectory) {
        this.crcAndFileSizeKnown = true;
        this.crc32 = 0;
        this.uncompressedSize = 0;
        this.compressedSize = 0;
      } else {
        this.crcAndFileSizeKnown = false;
        this.crc32 = null;
        this.uncompressedSize = null;
        this.compressedSize = null;
        if (options2.size != null) this.uncompressedSize = options2.size;
      }
      if (isDirectory) {
        this.compressionLevel = 0;
      } else {
        this.compressionLevel = determineCompressionLevel(options2);
      }
      this.forceZip64Format = !!options2.forceZip64Format;
      if (options2.fileComment) {
        if (typeof options2.fileComment === "string") {
          this.fileComment = bufferFrom(options2.fileComment, "utf-8");
        } else {
          this.fileComment = options2.fileComment;
        }
        if (this.fileComment.length > 65535) throw new Error("fileComment is too large");
      } else {
        this.fileComment = EMPTY_BUFFER;
      }
    }
    Entry.WAITING_FOR_METADATA = 0;
    Entry.READY_TO_PUMP_FILE_DATA = 1;
    Entry.FILE_DATA_IN_PROGRESS = 2;
    Entry.FILE_DATA_DONE = 3;
    Entry.prototype.setLastModDate = function(date) {
      this.mtime = date;
      var dosDateTime = dateToDosDateTime(date);
      this.lastModFileTime = dosDateTime.time;
      this.lastModFileDate = dosDateTime.date;
    };
    Entry.prototype.setFileAttributesMode = function(mode) {
      if ((mode & 65535) !== mode) throw new Error("invalid mode. expected: 0 <= " + mode + " <= 65535");
      this.externalFileAttributes = mode << 16 >>> 0;
    };
    Entry.prototype.setFileDataPumpFunction = function(doFileDataPump) {
      this.doFileDataPump = doFileDataPump;
      this.state = Entry.READY_TO_PUMP_FILE_DATA;
    };
    Entry.prototype.useZip64Format = function() {
      return this.forceZip64Format || this.uncompressedSize != null && this.uncompressedSize > 4294967294 || this.compressedSize != null && this.compressedSize > 4294967294 || this.relativeOffsetOfLocalHeader != null && this.relativeOffsetOfLocalHeader > 4294967294;
    };
    var LOCAL_FILE_HEADER_FIXED_SIZE = 30;
    var VERSION_NEEDED_TO_EXTRACT_UTF8 = 20;
    var VERSION_NEEDED_TO_EXTRACT_ZIP64 = 45;
    var VERSION_MADE_BY = 3 << 8 | 63;
    var FILE_NAME_IS_UTF8 = 1 << 11;
    var UNKNOWN_CRC32_AND_FILE_SIZES = 1 << 3;
    Entry.prototype.getLocalFileHeader = function() {
      var crc324 = 0;
      var compressedSize = 0;
      var uncompressedSize = 0;
      if (this.crcAndFileSizeKnown) {
        crc324 = this.crc32;
        compressedSize = this.compressedSize;
        uncompressedSize = this.uncompressedSize;
      }
      var fixedSizeStuff = bufferAlloc(LOCAL_FILE_HEADER_FIXED_SIZE);
      var generalPurposeBitFlag = FILE_NAME_IS_UTF8;
      if (!this.crcAndFileSizeKnown) generalPurposeBitFlag |= UNKNOWN_CRC32_AND_FILE_SIZES;
      fixedSizeStuff.writeUInt32LE(67324752, 0);
      fixedSizeStuff.writeUInt16LE(VERSION_NEEDED_TO_EXTRACT_UTF8, 4);
      fixedSizeStuff.writeUInt16LE(generalPurposeBitFlag, 6);
      fixedSizeStuff.writeUInt16LE(this.getCompressionMethod(), 8);
      fixedSizeStuff.writeUInt16LE(this.lastModFileTime, 10);
      fixedSizeStuff.writeUInt16LE(this.lastModFileDate, 12);
      fixedSizeStuff.writeUInt32LE(crc324, 14);
      fixedSizeStuff.writeUInt32LE(compressedSize, 18);
      fixedSizeStuff.writeUInt32LE(uncompressedSize, 22);
      fixedSizeStuff.writeUInt16LE(this.utf8FileName.length, 26);
      fixedSizeStuff.writeUInt16LE(0, 28);
      return Buffer.concat([
        fixedSizeStuff,
        // file name (variable size)
        this.utf8FileName
        // extra field (variable size)
        // no extra fields
      ]);
    };
    var DATA_DESCRIPTOR_SIZE = 16;
    var ZIP64_DATA_DESCRIPTOR_SIZE = 24;
    Entry.prototype.getDataDescriptor = function() {
      if (this.crcAndFileSizeKnown) {
        return EMPTY_BUFFER;
      }
      if (!this.useZip64Format()) {
        var buffer = bufferAlloc(DATA_DESCRIPTOR_SIZE);
        buffer.writeUInt32LE(134695760, 0);
        buffer.writeUInt32LE(this.crc32, 4);
        buffer.writeUInt32LE(this.compressedSize, 8);
        buffer.writeUInt32LE(this.uncompressedSize, 12);
        return buffer;
      } else {
        var buffer = bufferAlloc(ZIP64_DATA_DESCRIPTOR_SIZE);
        buffer.writeUInt32LE(134695760, 0);
        buffer.writeUInt32LE(this.crc32, 4);
        writeUInt64LE(buffer, this.compressedSize, 8);
        writeUInt64LE(buffer, this.uncompressedSize, 16);
        return buffer;
      }
    };
    var CENTRAL_DIRECTORY_RECORD_FIXED_SIZE = 46;
    var INFO_ZIP_UNIVERSAL_TIMESTAMP_EXTRA_FIELD_SIZE = 9;
    var ZIP64_EXTENDED_INFORMATION_EXTRA_FIELD_SIZE = 28;
    Entry.prototype.getCentralDirectoryRecord = function() {
      var fixedSizeStuff = bufferAlloc(CENTRAL_DIRECTORY_RECORD_FIXED_SIZE);
      var generalPurposeBitFlag = FILE_NAME_IS_UTF8;
      if (!this.crcAndFileSizeKnown) generalPurposeBitFlag |= UNKNOWN_CRC32_AND_FILE_SIZES;
      var izutefBuffer = EMPTY_BUFFER;
      if (!this.forceDosTimestamp) {
        izutefBuffer = bufferAlloc(INFO_ZIP_UNIVERSAL_TIMESTAMP_EXTRA_FIELD_SIZE);
        izutefBuffer.writeUInt16LE(21589, 0);
        izutefBuffer.writeUInt16LE(INFO_ZIP_UNIVERSAL_TIMESTAMP_EXTRA_FIELD_SIZE - 4, 2);
        var EB_UT_FL_MTIME = 1 << 0;
        var EB_UT_FL_ATIME = 1 << 1;
        izutefBuffer.writeUInt8(EB_UT_FL_MTIME | EB_UT_FL_ATIME, 4);
        var timestamp = Math.floor(this.mtime.getTime() / 1e3);
        if (timestamp < -2147483648) timestamp = -2147483648;
        if (timestamp > 2147483647) timestamp = 2147483647;
        izutefBuffer.writeUInt32LE(timestamp, 5);
      }
      var normalCompressedSize = this.compressedSize;
      var normalUncompressedSize = this.uncompressedSize;
      var normalRelativeOffsetOfLocalHeader = this.relativeOffsetOfLocalHeader;
      var versionNeededToExtract = VERSION_NEEDED_TO_EXTRACT_UTF8;
      var zeiefBuffer = EMPTY_BUFFER;
      if (this.useZip64Format()) {
        normalCompressedSize = 4294967295;
        normalUncompressedSize = 4294967295;
        normalRelativeOffsetOfLocalHeader = 4294967295;
        versionNeededToExtract = VERSION_NEEDED_TO_EXTRACT_ZIP64;
        zeiefBuffer = bufferAlloc(ZIP64_EXTENDED_INFORMATION_EXTRA_FIELD_SIZE);
        zeiefBuffer.writeUInt16LE(1, 0);
        zeiefBuffer.writeUInt16LE(ZIP64_EXTENDED_INFORMATION_EXTRA_FIELD_SIZE - 4, 2);
        writeUInt64LE(zeiefBuffer, this.uncompressedSize, 4);
        writeUInt64LE(zeiefBuffer, this.compressedSize, 12);
        writeUInt64LE(zeiefBuffer, this.relativeOffsetOfLocalHeader, 20);
      }
      fixedSizeStuff.writeUInt32LE(33639248, 0);
      fixedSizeStuff.writeUInt16LE(VERSION_MADE_BY, 4);
      fixedSizeStuff.writeUInt16LE(versionNeededToExtract, 6);
      fixedSizeStuff.writeUInt16LE(generalPurposeBitFlag, 8);
      fixedSizeStuff.writeUInt16LE(this.getCompressionMethod(), 10);
      fixedSizeStuff.writeUInt16LE(this.lastModFileTime, 12);
      fixedSizeStuff.writeUInt16LE(this.lastModFileDate, 14);
      fixedSizeStuff.writeUInt32LE(this.crc32, 16);
      fixedSizeStuff.writeUInt32LE(normalCompressedSize, 20);
      fixedSizeStuff.writeUInt32LE(normalUncompressedSize, 24);
      fixedSizeStuff.writeUInt16LE(this.utf8FileName.length, 28);
      fixedSizeStuff.writeUInt16LE(izutefBuffer.length + zeiefBuffer.length, 30);
      fixedSizeStuff.writeUInt16LE(this.fileComment.length, 32);
      fixedSizeStuff.writeUInt16LE(0, 34);
      fixedSizeStuff.writeUInt16LE(0, 36);
      fixedSizeStuff.writeUInt32LE(this.externalFileAttributes, 38);
      fixedSizeStuff.writeUInt32LE(normalRelativeOffsetOfLocalHeader, 42);
      return Buffer.concat([
        fixedSizeStuff,
        // file name (variable size)
        this.utf8FileName,
        // extra field (variable size)
        izutefBuffer,
        zeiefBuffer,
        // file comment (variable size)
        this.fileComment
      ]);
    };
    Entry.prototype.getCompressionMethod = function() {
      var NO_COMPRESSION = 0;
      var DEFLATE_COMPRESSION = 8;
      return this.compressionLevel === 0 ? NO_COMPRESSION : DEFLATE_COMPRESSION;
    };
    var minDosDate = new Date(1980, 0, 1);
    var maxDosDate = new Date(2107, 11, 31, 23, 59, 58);
    function dateToDosDateTime(jsDate) {
      if (jsDate < minDosDate) jsDate = minDosDate;
      else if (jsDate > maxDosDate) jsDate = maxDosDate;
      var date = 0;
      date |= jsDate.getDate() & 31;
      date |= (jsDate.getMonth() + 1 & 15) << 5;
      date |= (jsDate.getFullYear() - 1980 & 127) << 9;
      var time = 0;
      time |= Math.floor(jsDate.getSeconds() / 2);
      time |= (jsDate.getMinutes() & 63) << 5;
      time |= (jsDate.getHours() & 31) << 11;
      return { date, time };
    }
    function writeUInt64LE(buffer, n, offset) {
      var high = Math.floor(n / 4294967296);
      var low = n % 4294967296;
      buffer.writeUInt32LE(low, offset);
      buffer.writeUInt32LE(high, offset + 4);
    }
    util.inherits(ByteCounter, Transform);
    function ByteCounter(options2) {
      Transform.call(this, options2);
      this.byteCount = 0;
    }
    ByteCounter.prototype._transform = function(chunk, encoding, cb) {
      this.byteCount += chunk.length;
      cb(null, chunk);
    };
    util.inherits(Crc32Watcher, Transform);
    function Crc32Watcher(options2) {
      Transform.call(this, options2);
      this.crc32 = 0;
    }
    Crc32Watcher.prototype._transform = function(chunk, encoding, cb) {
      this.crc32 = crc323.unsigned(chunk, this.crc32);
      cb(null, chunk);
    };
    var cp437 = "\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";
    if (cp437.length !== 256) throw new Error("assertion failure");
    var reverseCp437 = null;
    function encodeCp437(string) {
      if (/^[\x20-\x7e]*$/.test(string)) {
        return bufferFrom(string, "utf-8");
      }
      if (reverseCp437 == null) {
        reverseCp437 = {};
        for (var i = 0; i < cp437.length; i++) {
          reverseCp437[cp437[i]] = i;
        }
      }
      var result = bufferAlloc(string.length);
      for (var i = 0; i < string.length; i++) {
        var b = reverseCp437[string[i]];
        if (b == null) throw new Error("character not encodable in CP437: " + JSON.stringify(string[i]));
        result[i] = b;
      }
      return result;
    }
    function bufferAlloc(size) {
      bufferAlloc = modern;
      try {
        return bufferAlloc(size);
      } catch (e) {
        bufferAlloc = legacy;
        return bufferAlloc(size);
      }
      function modern(size2) {
        return Buffer.allocUnsafe(size2);
      }
      function legacy(size2) {
        return new Buffer(size2);
      }
    }
    function bufferFrom(something, encoding) {
      bufferFrom = modern;
      try {
        return bufferFrom(something, encoding);
      } catch (e) {
        bufferFrom = legacy;
        return bufferFrom(something, encoding);
      }
      function modern(something2, encoding2) {
        return Buffer.from(something2, encoding2);
      }
      function legacy(something2, encoding2) {
        return new Buffer(something2, encoding2);
      }
    }
    function bufferIncludes(buffer, content) {
      bufferIncludes = modern;
      try {
        return bufferIncludes(buffer, content);
      } catch (e) {
        bufferIncludes = legacy;
        return bufferIncludes(buffer, content);
      }
      function modern(buffer2, content2) {
        return buffer2.includes(content2);
      }
      function legacy(buffer2, content2) {
        for (var i = 0; i <= buffer2.length - content2.length; i++) {
          for (var j = 0; ; j++) {
            if (j === content2.length) return true;
            if (buffer2[i + j] !== content2[j]) break;
          }
        }
        return false;
      }
    }
  }
});

// node_modules/xmlchars/xml/1.0/ed5.js
var require_ed5 = __commonJS({
  "node_modules/xmlchars/xml/1.0/ed5.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CHAR = "	\n\r -퟿-�𐀀-􏿿";
    exports.S = " 	\r\n";
    exports.NAME_START_CHAR = ":A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿‌‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�𐀀-󯿿";
    exports.NAME_CHAR = "-" + exports.NAME_START_CHAR + ".0-9·̀-ͯ‿-⁀";
    exports.CHAR_RE = new RegExp("^[" + exports.CHAR + "]$", "u");
    exports.S_RE = new RegExp("^[" + exports.S + "]+$", "u");
    exports.NAME_START_CHAR_RE = new RegExp("^[" + exports.NAME_START_CHAR + "]$", "u");
    exports.NAME_CHAR_RE = new RegExp("^[" + exports.NAME_CHAR + "]$", "u");
    exports.NAME_RE = new RegExp("^[" + exports.NAME_START_CHAR + "][" + exports.NAME_CHAR + "]*$", "u");
    exports.NMTOKEN_RE = new RegExp("^[" + exports.NAME_CHAR + "]+$", "u");
    var TAB = 9;
    var NL = 10;
    var CR = 13;
    var SPACE = 32;
    exports.S_LIST = [SPACE, NL, CR, TAB];
    function isChar(c) {
      return c >= SPACE && c <= 55295 || c === NL || c === CR || c === TAB || c >= 57344 && c <= 65533 || c >= 65536 && c <= 1114111;
    }
    exports.isChar = isChar;
    function isS(c) {
      return c === SPACE || c === NL || c === CR || c === TAB;
    }
    exports.isS = isS;
    function isNameStartChar(c) {
      return c >= 65 && c <= 90 || c >= 97 && c <= 122 || c === 58 || c === 95 || c === 8204 || c === 8205 || c >= 192 && c <= 214 || c >= 216 && c <= 246 || c >= 248 && c <= 767 || c >= 880 && c <= 893 || c >= 895 && c <= 8191 || c >= 8304 && c <= 8591 || c >= 11264 && c <= 12271 || c >= 12289 && c <= 55295 || c >= 63744 && c <= 64975 || c >= 65008 && c <= 65533 || c >= 65536 && c <= 983039;
    }
    exports.isNameStartChar = isNameStartChar;
    function isNameChar(c) {
      return isNameStartChar(c) || c >= 48 && c <= 57 || c === 45 || c === 46 || c === 183 || c >= 768 && c <= 879 || c >= 8255 && c <= 8256;
    }
    exports.isNameChar = isNameChar;
  }
});

// node_modules/xmlchars/xml/1.1/ed2.js
var require_ed2 = __commonJS({
  "node_modules/xmlchars/xml/1.1/ed2.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CHAR = "-퟿-�𐀀-􏿿";
    exports.RESTRICTED_CHAR = "-\b\v\f---";
    exports.S = " 	\r\n";
    exports.NAME_START_CHAR = ":A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿‌‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�𐀀-󯿿";
    exports.NAME_CHAR = "-" + exports.NAME_START_CHAR + ".0-9·̀-ͯ‿-⁀";
    exports.CHAR_RE = new RegExp("^[" + exports.CHAR + "]$", "u");
    exports.RESTRICTED_CHAR_RE = new RegExp("^[" + exports.RESTRICTED_CHAR + "]$", "u");
    exports.S_RE = new RegExp("^[" + exports.S + "]+$", "u");
    exports.NAME_START_CHAR_RE = new RegExp("^[" + exports.NAME_START_CHAR + "]$", "u");
    exports.NAME_CHAR_RE = new RegExp("^[" + exports.NAME_CHAR + "]$", "u");
    exports.NAME_RE = new RegExp("^[" + exports.NAME_START_CHAR + "][" + exports.NAME_CHAR + "]*$", "u");
    exports.NMTOKEN_RE = new RegExp("^[" + exports.NAME_CHAR + "]+$", "u");
    var TAB = 9;
    var NL = 10;
    var CR = 13;
    var SPACE = 32;
    exports.S_LIST = [SPACE, NL, CR, TAB];
    function isChar(c) {
      return c >= 1 && c <= 55295 || c >= 57344 && c <= 65533 || c >= 65536 && c <= 1114111;
    }
    exports.isChar = isChar;
    function isRestrictedChar(c) {
      return c >= 1 && c <= 8 || c === 11 || c === 12 || c >= 14 && c <= 31 || c >= 127 && c <= 132 || c >= 134 && c <= 159;
    }
    exports.isRestrictedChar = isRestrictedChar;
    function isCharAndNotRestricted(c) {
      return c === 9 || c === 10 || c === 13 || c > 31 && c < 127 || c === 133 || c > 159 && c <= 55295 || c >= 57344 && c <= 65533 || c >= 65536 && c <= 1114111;
    }
    exports.isCharAndNotRestricted = isCharAndNotRestricted;
    function isS(c) {
      return c === SPACE || c === NL || c === CR || c === TAB;
    }
    exports.isS = isS;
    function isNameStartChar(c) {
      return c >= 65 && c <= 90 || c >= 97 && c <= 122 || c === 58 || c === 95 || c === 8204 || c === 8205 || c >= 192 && c <= 214 || c >= 216 && c <= 246 || c >= 248 && c <= 767 || c >= 880 && c <= 893 || c >= 895 && c <= 8191 || c >= 8304 && c <= 8591 || c >= 11264 && c <= 12271 || c >= 12289 && c <= 55295 || c >= 63744 && c <= 64975 || c >= 65008 && c <= 65533 || c >= 65536 && c <= 983039;
    }
    exports.isNameStartChar = isNameStartChar;
    function isNameChar(c) {
      return isNameStartChar(c) || c >= 48 && c <= 57 || c === 45 || c === 46 || c === 183 || c >= 768 && c <= 879 || c >= 8255 && c <= 8256;
    }
    exports.isNameChar = isNameChar;
  }
});

// node_modules/xmlchars/xmlns/1.0/ed3.js
var require_ed3 = __commonJS({
  "node_modules/xmlchars/xmlns/1.0/ed3.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.NC_NAME_START_CHAR = "A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿‌-‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�𐀀-󯿿";
    exports.NC_NAME_CHAR = "-" + exports.NC_NAME_START_CHAR + ".0-9·̀-ͯ‿-⁀";
    exports.NC_NAME_START_CHAR_RE = new RegExp("^[" + exports.NC_NAME_START_CHAR + "]$", "u");
    exports.NC_NAME_CHAR_RE = new RegExp("^[" + exports.NC_NAME_CHAR + "]$", "u");
    exports.NC_NAME_RE = new RegExp("^[" + exports.NC_NAME_START_CHAR + "][" + exports.NC_NAME_CHAR + "]*$", "u");
    function isNCNameStartChar(c) {
      return c >= 65 && c <= 90 || c === 95 || c >= 97 && c <= 122 || c >= 192 && c <= 214 || c >= 216 && c <= 246 || c >= 248 && c <= 767 || c >= 880 && c <= 893 || c >= 895 && c <= 8191 || c >= 8204 && c <= 8205 || c >= 8304 && c <= 8591 || c >= 11264 && c <= 12271 || c >= 12289 && c <= 55295 || c >= 63744 && c <= 64975 || c >= 65008 && c <= 65533 || c >= 65536 && c <= 983039;
    }
    exports.isNCNameStartChar = isNCNameStartChar;
    function isNCNameChar(c) {
      return isNCNameStartChar(c) || (c === 45 || c === 46 || c >= 48 && c <= 57 || c === 183 || c >= 768 && c <= 879 || c >= 8255 && c <= 8256);
    }
    exports.isNCNameChar = isNCNameChar;
  }
});

// node_modules/saxes/saxes.js
var require_saxes = __commonJS({
  "node_modules/saxes/saxes.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.SaxesParser = exports.EVENTS = void 0;
    var ed5 = require_ed5();
    var ed2 = require_ed2();
    var NSed3 = require_ed3();
    var isS = ed5.isS;
    var isChar10 = ed5.isChar;
    var isNameStartChar = ed5.isNameStartChar;
    var isNameChar = ed5.isNameChar;
    var S_LIST = ed5.S_LIST;
    var NAME_RE = ed5.NAME_RE;
    var isChar11 = ed2.isChar;
    var isNCNameStartChar = NSed3.isNCNameStartChar;
    var isNCNameChar = NSed3.isNCNameChar;
    var NC_NAME_RE = NSed3.NC_NAME_RE;
    var XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";
    var XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";
    var rootNS = {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment
      __proto__: null,
      xml: XML_NAMESPACE,
      xmlns: XMLNS_NAMESPACE
    };
    var XML_ENTITIES = {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment
      __proto__: null,
      amp: "&",
      gt: ">",
      lt: "<",
      quot: '"',
      apos: "'"
    };
    var EOC = -1;
    var NL_LIKE = -2;
    var S_BEGIN = 0;
    var S_BEGIN_WHITESPACE = 1;
    var S_DOCTYPE = 2;
    var S_DOCTYPE_QUOTE = 3;
    var S_DTD = 4;
    var S_DTD_QUOTED = 5;
    var S_DTD_OPEN_WAKA = 6;
    var S_DTD_OPEN_WAKA_BANG = 7;
    var S_DTD_COMMENT = 8;
    var S_DTD_COMMENT_ENDING = 9;
    var S_DTD_COMMENT_ENDED = 10;
    var S_DTD_PI = 11;
    var S_DTD_PI_ENDING = 12;
    var S_TEXT = 13;
    var S_ENTITY = 14;
    var S_OPEN_WAKA = 15;
    var S_OPEN_WAKA_BANG = 16;
    var S_COMMENT = 17;
    var S_COMMENT_ENDING = 18;
    var S_COMMENT_ENDED = 19;
    var S_CDATA = 20;
    var S_CDATA_ENDING = 21;
    var S_CDATA_ENDING_2 = 22;
    var S_PI_FIRST_CHAR = 23;
    var S_PI_REST = 24;
    var S_PI_BODY = 25;
    var S_PI_ENDING = 26;
    var S_XML_DECL_NAME_START = 27;
    var S_XML_DECL_NAME = 28;
    var S_XML_DECL_EQ = 29;
    var S_XML_DECL_VALUE_START = 30;
    var S_XML_DECL_VALUE = 31;
    var S_XML_DECL_SEPARATOR = 32;
    var S_XML_DECL_ENDING = 33;
    var S_OPEN_TAG = 34;
    var S_OPEN_TAG_SLASH = 35;
    var S_ATTRIB = 36;
    var S_ATTRIB_NAME = 37;
    var S_ATTRIB_NAME_SAW_WHITE = 38;
    var S_ATTRIB_VALUE = 39;
    var S_ATTRIB_VALUE_QUOTED = 40;
    var S_ATTRIB_VALUE_CLOSED = 41;
    var S_ATTRIB_VALUE_UNQUOTED = 42;
    var S_CLOSE_TAG = 43;
    var S_CLOSE_TAG_SAW_WHITE = 44;
    var TAB = 9;
    var NL = 10;
    var CR = 13;
    var SPACE = 32;
    var BANG = 33;
    var DQUOTE = 34;
    var AMP = 38;
    var SQUOTE = 39;
    var MINUS = 45;
    var FORWARD_SLASH = 47;
    var SEMICOLON = 59;
    var LESS = 60;
    var EQUAL = 61;
    var GREATER = 62;
    var QUESTION = 63;
    var OPEN_BRACKET = 91;
    var CLOSE_BRACKET = 93;
    var NEL = 133;
    var LS = 8232;
    var isQuote = (c) => c === DQUOTE || c === SQUOTE;
    var QUOTES = [DQUOTE, SQUOTE];
    var DOCTYPE_TERMINATOR = [...QUOTES, OPEN_BRACKET, GREATER];
    var DTD_TERMINATOR = [...QUOTES, LESS, CLOSE_BRACKET];
    var XML_DECL_NAME_TERMINATOR = [EQUAL, QUESTION, ...S_LIST];
    var ATTRIB_VALUE_UNQUOTED_TERMINATOR = [...S_LIST, GREATER, AMP, LESS];
    function nsPairCheck(parser, prefix, uri) {
      switch (prefix) {
        case "xml":
          if (uri !== XML_NAMESPACE) {
            parser.fail(`xml prefix must be bound to ${XML_NAMESPACE}.`);
          }
          break;
        case "xmlns":
          if (uri !== XMLNS_NAMESPACE) {
            parser.fail(`xmlns prefix must be bound to ${XMLNS_NAMESPACE}.`);
          }
          break;
        default:
      }
      switch (uri) {
        case XMLNS_NAMESPACE:
          parser.fail(prefix === "" ? `the default namespace may not be set to ${uri}.` : `may not assign a prefix (even "xmlns") to the URI ${XMLNS_NAMESPACE}.`);
          break;
        case XML_NAMESPACE:
          switch (prefix) {
            case "xml":
              break;
            case "":
              parser.fail(`the default namespace may not be set to ${uri}.`);
              break;
            default:
              parser.fail("may not assign the xml namespace to another prefix.");
          }
          break;
        default:
      }
    }
    function nsMappingCheck(parser, mapping) {
      for (const local of Object.keys(mapping)) {
        nsPairCheck(parser, local, mapping[local]);
      }
    }
    var isNCName = (name) => NC_NAME_RE.test(name);
    var isName2 = (name) => NAME_RE.test(name);
    var FORBIDDEN_START = 0;
    var FORBIDDEN_BRACKET = 1;
    var FORBIDDEN_BRACKET_BRACKET = 2;
    exports.EVENTS = [
      "xmldecl",
      "text",
      "processinginstruction",
      "doctype",
      "comment",
      "opentagstart",
      "attribute",
      "opentag",
      "closetag",
      "cdata",
      "error",
      "end",
      "ready"
    ];
    var EVENT_NAME_TO_HANDLER_NAME = {
      xmldecl: "xmldeclHandler",
      text: "textHandler",
      processinginstruction: "piHandler",
      doctype: "doctypeHandler",
      comment: "commentHandler",
      opentagstart: "openTagStartHandler",
      attribute: "attributeHandler",
      opentag: "openTagHandler",
      closetag: "closeTagHandler",
      cdata: "cdataHandler",
      error: "errorHandler",
      end: "endHandler",
      ready: "readyHandler"
    };
    var SaxesParser2 = class {
      /**
       * @param opt The parser options.
       */
      constructor(opt) {
        this.opt = opt !== null && opt !== void 0 ? opt : {};
        this.fragmentOpt = !!this.opt.fragment;
        const xmlnsOpt = this.xmlnsOpt = !!this.opt.xmlns;
        this.trackPosition = this.opt.position !== false;
        this.fileName = this.opt.fileName;
        if (xmlnsOpt) {
          this.nameStartCheck = isNCNameStartChar;
          this.nameCheck = isNCNameChar;
          this.isName = isNCName;
          this.processAttribs = this.processAttribsNS;
          this.pushAttrib = this.pushAttribNS;
          this.ns = Object.assign({ __proto__: null }, rootNS);
          const additional = this.opt.additionalNamespaces;
          if (additional != null) {
            nsMappingCheck(this, additional);
            Object.assign(this.ns, additional);
          }
        } else {
          this.nameStartCheck = isNameStartChar;
          this.nameCheck = isNameChar;
          this.isName = isName2;
          this.processAttribs = this.processAttribsPlain;
          this.pushAttrib = this.pushAttribPlain;
        }
        this.stateTable = [
          /* eslint-disable @typescript-eslint/unbound-method */
          this.sBegin,
          this.sBeginWhitespace,
          this.sDoctype,
          this.sDoctypeQuote,
          this.sDTD,
          this.sDTDQuoted,
          this.sDTDOpenWaka,
          this.sDTDOpenWakaBang,
          this.sDTDComment,
          this.sDTDCommentEnding,
          this.sDTDCommentEnded,
          this.sDTDPI,
          this.sDTDPIEnding,
          this.sText,
          this.sEntity,
          this.sOpenWaka,
          this.sOpenWakaBang,
          this.sComment,
          this.sCommentEnding,
          this.sCommentEnded,
          this.sCData,
          this.sCDataEnding,
          this.sCDataEnding2,
          this.sPIFirstChar,
          this.sPIRest,
          this.sPIBody,
          this.sPIEnding,
          this.sXMLDeclNameStart,
          this.sXMLDeclName,
          this.sXMLDeclEq,
          this.sXMLDeclValueStart,
          this.sXMLDeclValue,
          this.sXMLDeclSeparator,
          this.sXMLDeclEnding,
          this.sOpenTag,
          this.sOpenTagSlash,
          this.sAttrib,
          this.sAttribName,
          this.sAttribNameSawWhite,
          this.sAttribValue,
          this.sAttribValueQuoted,
          this.sAttribValueClosed,
          this.sAttribValueUnquoted,
          this.sCloseTag,
          this.sCloseTagSawWhite
          /* eslint-enable @typescript-eslint/unbound-method */
        ];
        this._init();
      }
      /**
       * Indicates whether or not the parser is closed. If ``true``, wait for
       * the ``ready`` event to write again.
       */
      get closed() {
        return this._closed;
      }
      _init() {
        var _a;
        this.openWakaBang = "";
        this.text = "";
        this.name = "";
        this.piTarget = "";
        this.entity = "";
        this.q = null;
        this.tags = [];
        this.tag = null;
        this.topNS = null;
        this.chunk = "";
        this.chunkPosition = 0;
        this.i = 0;
        this.prevI = 0;
        this.carriedFromPrevious = void 0;
        this.forbiddenState = FORBIDDEN_START;
        this.attribList = [];
        const { fragmentOpt } = this;
        this.state = fragmentOpt ? S_TEXT : S_BEGIN;
        this.reportedTextBeforeRoot = this.reportedTextAfterRoot = this.closedRoot = this.sawRoot = fragmentOpt;
        this.xmlDeclPossible = !fragmentOpt;
        this.xmlDeclExpects = ["version"];
        this.entityReturnState = void 0;
        let { defaultXMLVersion } = this.opt;
        if (defaultXMLVersion === void 0) {
          if (this.opt.forceXMLVersion === true) {
            throw new Error("forceXMLVersion set but defaultXMLVersion is not set");
          }
          defaultXMLVersion = "1.0";
        }
        this.setXMLVersion(defaultXMLVersion);
        this.positionAtNewLine = 0;
        this.doctype = false;
        this._closed = false;
        this.xmlDecl = {
          version: void 0,
          encoding: void 0,
          standalone: void 0
        };
        this.line = 1;
        this.column = 0;
        this.ENTITIES = Object.create(XML_ENTITIES);
        (_a = this.readyHandler) === null || _a === void 0 ? void 0 : _a.call(this);
      }
      /**
       * The stream position the parser is currently looking at. This field is
       * zero-based.
       *
       * This field is not based on counting Unicode characters but is to be
       * interpreted as a plain index into a JavaScript string.
       */
      get position() {
        return this.chunkPosition + this.i;
      }
      /**
       * The column number of the next character to be read by the parser.  *
       * This field is zero-based. (The first column in a line is 0.)
       *
       * This field reports the index at which the next character would be in the
       * line if the line were represented as a JavaScript string.  Note that this
       * *can* be different to a count based on the number of *Unicode characters*
       * due to how JavaScript handles astral plane characters.
       *
       * See [[column]] for a number that corresponds to a count of Unicode
       * characters.
       */
      get columnIndex() {
        return this.position - this.positionAtNewLine;
      }
      /**
       * Set an event listener on an event. The parser supports one handler per
       * event type. If you try to set an event handler over an existing handler,
       * the old handler is silently overwritten.
       *
       * @param name The event to listen to.
       *
       * @param handler The handler to set.
       */
      on(name, handler) {
        this[EVENT_NAME_TO_HANDLER_NAME[name]] = handler;
      }
      /**
       * Unset an event handler.
       *
       * @parma name The event to stop listening to.
       */
      off(name) {
        this[EVENT_NAME_TO_HANDLER_NAME[name]] = void 0;
      }
      /**
       * Make an error object. The error object will have a message that contains
       * the ``fileName`` option passed at the creation of the parser. If position
       * tracking was turned on, it will also have line and column number
       * information.
       *
       * @param message The message describing the error to report.
       *
       * @returns An error object with a properly formatted message.
       */
      makeError(message) {
        var _a;
        let msg = (_a = this.fileName) !== null && _a !== void 0 ? _a : "";
        if (this.trackPosition) {
          if (msg.length > 0) {
            msg += ":";
          }
          msg += `${this.line}:${this.column}`;
        }
        if (msg.length > 0) {
          msg += ": ";
        }
        return new Error(msg + message);
      }
      /**
       * Report a parsing error. This method is made public so that client code may
       * check for issues that are outside the scope of this project and can report
       * errors.
       *
       * @param message The error to report.
       *
       * @returns this
       */
      fail(message) {
        const err = this.makeError(message);
        const handler = this.errorHandler;
        if (handler === void 0) {
          throw err;
        } else {
          handler(err);
        }
        return this;
      }
      /**
       * Write a XML data to the parser.
       *
       * @param chunk The XML data to write.
       *
       * @returns this
       */
      // We do need object for the type here. Yes, it often causes problems
      // but not in this case.
      write(chunk) {
        if (this.closed) {
          return this.fail("cannot write after close; assign an onready handler.");
        }
        let end = false;
        if (chunk === null) {
          end = true;
          chunk = "";
        } else if (typeof chunk === "object") {
          chunk = chunk.toString();
        }
        if (this.carriedFromPrevious !== void 0) {
          chunk = `${this.carriedFromPrevious}${chunk}`;
          this.carriedFromPrevious = void 0;
        }
        let limit = chunk.length;
        const lastCode = chunk.charCodeAt(limit - 1);
        if (!end && // A trailing CR or surrogate must be carried over to the next
        // chunk.
        (lastCode === CR || lastCode >= 55296 && lastCode <= 56319)) {
          this.carriedFromPrevious = chunk[limit - 1];
          limit--;
          chunk = chunk.slice(0, limit);
        }
        const { stateTable } = this;
        this.chunk = chunk;
        this.i = 0;
        while (this.i < limit) {
          stateTable[this.state].call(this);
        }
        this.chunkPosition += limit;
        return end ? this.end() : this;
      }
      /**
       * Close the current stream. Perform final well-formedness checks and reset
       * the parser tstate.
       *
       * @returns this
       */
      close() {
        return this.write(null);
      }
      /**
       * Get a single code point out of the current chunk. This updates the current
       * position if we do position tracking.
       *
       * This is the algorithm to use for XML 1.0.
       *
       * @returns The character read.
       */
      getCode10() {
        const { chunk, i } = this;
        this.prevI = i;
        this.i = i + 1;
        if (i >= chunk.length) {
          return EOC;
        }
        const code = chunk.charCodeAt(i);
        this.column++;
        if (code < 55296) {
          if (code >= SPACE || code === TAB) {
            return code;
          }
          switch (code) {
            case NL:
              this.line++;
              this.column = 0;
              this.positionAtNewLine = this.position;
              return NL;
            case CR:
              if (chunk.charCodeAt(i + 1) === NL) {
                this.i = i + 2;
              }
              this.line++;
              this.column = 0;
              this.positionAtNewLine = this.position;
              return NL_LIKE;
            default:
              this.fail("disallowed character.");
              return code;
          }
        }
        if (code > 56319) {
          if (!(code >= 57344 && code <= 65533)) {
            this.fail("disallowed character.");
          }
          return code;
        }
        const final = 65536 + (code - 55296) * 1024 + (chunk.charCodeAt(i + 1) - 56320);
        this.i = i + 2;
        if (final > 1114111) {
          this.fail("disallowed character.");
        }
        return final;
      }
      /**
       * Get a single code point out of the current chunk. This updates the current
       * position if we do position tracking.
       *
       * This is the algorithm to use for XML 1.1.
       *
       * @returns {number} The character read.
       */
      getCode11() {
        const { chunk, i } = this;
        this.prevI = i;
        this.i = i + 1;
        if (i >= chunk.length) {
          return EOC;
        }
        const code = chunk.charCodeAt(i);
        this.column++;
        if (code < 55296) {
          if (code > 31 && code < 127 || code > 159 && code !== LS || code === TAB) {
            return code;
          }
          switch (code) {
            case NL:
              this.line++;
              this.column = 0;
              this.positionAtNewLine = this.position;
              return NL;
            case CR: {
              const next = chunk.charCodeAt(i + 1);
              if (next === NL || next === NEL) {
                this.i = i + 2;
              }
            }
            /* yes, fall through */
            case NEL:
            // 0x85
            case LS:
              this.line++;
              this.column = 0;
              this.positionAtNewLine = this.position;
              return NL_LIKE;
            default:
              this.fail("disallowed character.");
              return code;
          }
        }
        if (code > 56319) {
          if (!(code >= 57344 && code <= 65533)) {
            this.fail("disallowed character.");
          }
          return code;
        }
        const final = 65536 + (code - 55296) * 1024 + (chunk.charCodeAt(i + 1) - 56320);
        this.i = i + 2;
        if (final > 1114111) {
          this.fail("disallowed character.");
        }
        return final;
      }
      /**
       * Like ``getCode`` but with the return value normalized so that ``NL`` is
       * returned for ``NL_LIKE``.
       */
      getCodeNorm() {
        const c = this.getCode();
        return c === NL_LIKE ? NL : c;
      }
      unget() {
        this.i = this.prevI;
        this.column--;
      }
      /**
       * Capture characters into a buffer until encountering one of a set of
       * characters.
       *
       * @param chars An array of codepoints. Encountering a character in the array
       * ends the capture. (``chars`` may safely contain ``NL``.)
       *
       * @return The character code that made the capture end, or ``EOC`` if we hit
       * the end of the chunk. The return value cannot be NL_LIKE: NL is returned
       * instead.
       */
      captureTo(chars) {
        let { i: start2 } = this;
        const { chunk } = this;
        while (true) {
          const c = this.getCode();
          const isNLLike = c === NL_LIKE;
          const final = isNLLike ? NL : c;
          if (final === EOC || chars.includes(final)) {
            this.text += chunk.slice(start2, this.prevI);
            return final;
          }
          if (isNLLike) {
            this.text += `${chunk.slice(start2, this.prevI)}
`;
            start2 = this.i;
          }
        }
      }
      /**
       * Capture characters into a buffer until encountering a character.
       *
       * @param char The codepoint that ends the capture. **NOTE ``char`` MAY NOT
       * CONTAIN ``NL``.** Passing ``NL`` will result in buggy behavior.
       *
       * @return ``true`` if we ran into the character. Otherwise, we ran into the
       * end of the current chunk.
       */
      captureToChar(char) {
        let { i: start2 } = this;
        const { chunk } = this;
        while (true) {
          let c = this.getCode();
          switch (c) {
            case NL_LIKE:
              this.text += `${chunk.slice(start2, this.prevI)}
`;
              start2 = this.i;
              c = NL;
              break;
            case EOC:
              this.text += chunk.slice(start2);
              return false;
            default:
          }
          if (c === char) {
            this.text += chunk.slice(start2, this.prevI);
            return true;
          }
        }
      }
      /**
       * Capture characters that satisfy ``isNameChar`` into the ``name`` field of
       * this parser.
       *
       * @return The character code that made the test fail, or ``EOC`` if we hit
       * the end of the chunk. The return value cannot be NL_LIKE: NL is returned
       * instead.
       */
      captureNameChars() {
        const { chunk, i: start2 } = this;
        while (true) {
          const c = this.getCode();
          if (c === EOC) {
            this.name += chunk.slice(start2);
            return EOC;
          }
          if (!isNameChar(c)) {
            this.name += chunk.slice(start2, this.prevI);
            return c === NL_LIKE ? NL : c;
          }
        }
      }
      /**
       * Skip white spaces.
       *
       * @return The character that ended the skip, or ``EOC`` if we hit
       * the end of the chunk. The return value cannot be NL_LIKE: NL is returned
       * instead.
       */
      skipSpaces() {
        while (true) {
          const c = this.getCodeNorm();
          if (c === EOC || !isS(c)) {
            return c;
          }
        }
      }
      setXMLVersion(version) {
        this.currentXMLVersion = version;
        if (version === "1.0") {
          this.isChar = isChar10;
          this.getCode = this.getCode10;
        } else {
          this.isChar = isChar11;
          this.getCode = this.getCode11;
        }
      }
      // STATE ENGINE METHODS
      // This needs to be a state separate from S_BEGIN_WHITESPACE because we want
      // to be sure never to come back to this state later.
      sBegin() {
        if (this.chunk.charCodeAt(0) === 65279) {
          this.i++;
          this.column++;
        }
        this.state = S_BEGIN_WHITESPACE;
      }
      sBeginWhitespace() {
        const iBefore = this.i;
        const c = this.skipSpaces();
        if (this.prevI !== iBefore) {
          this.xmlDeclPossible = false;
        }
        switch (c) {
          case LESS:
            this.state = S_OPEN_WAKA;
            if (this.text.length !== 0) {
              throw new Error("no-empty text at start");
            }
            break;
          case EOC:
            break;
          default:
            this.unget();
            this.state = S_TEXT;
            this.xmlDeclPossible = false;
        }
      }
      sDoctype() {
        var _a;
        const c = this.captureTo(DOCTYPE_TERMINATOR);
        switch (c) {
          case GREATER: {
            (_a = this.doctypeHandler) === null || _a === void 0 ? void 0 : _a.call(this, this.text);
            this.text = "";
            this.state = S_TEXT;
            this.doctype = true;
            break;
          }
          case EOC:
            break;
          default:
            this.text += String.fromCodePoint(c);
            if (c === OPEN_BRACKET) {
              this.state = S_DTD;
            } else if (isQuote(c)) {
              this.state = S_DOCTYPE_QUOTE;
              this.q = c;
            }
        }
      }
      sDoctypeQuote() {
        const q = this.q;
        if (this.captureToChar(q)) {
          this.text += String.fromCodePoint(q);
          this.q = null;
          this.state = S_DOCTYPE;
        }
      }
      sDTD() {
        const c = this.captureTo(DTD_TERMINATOR);
        if (c === EOC) {
          return;
        }
        this.text += String.fromCodePoint(c);
        if (c === CLOSE_BRACKET) {
          this.state = S_DOCTYPE;
        } else if (c === LESS) {
          this.state = S_DTD_OPEN_WAKA;
        } else if (isQuote(c)) {
          this.state = S_DTD_QUOTED;
          this.q = c;
        }
      }
      sDTDQuoted() {
        const q = this.q;
        if (this.captureToChar(q)) {
          this.text += String.fromCodePoint(q);
          this.state = S_DTD;
          this.q = null;
        }
      }
      sDTDOpenWaka() {
        const c = this.getCodeNorm();
        this.text += String.fromCodePoint(c);
        switch (c) {
          case BANG:
            this.state = S_DTD_OPEN_WAKA_BANG;
            this.openWakaBang = "";
            break;
          case QUESTION:
            this.state = S_DTD_PI;
            break;
          default:
            this.state = S_DTD;
        }
      }
      sDTDOpenWakaBang() {
        const char = String.fromCodePoint(this.getCodeNorm());
        const owb = this.openWakaBang += char;
        this.text += char;
        if (owb !== "-") {
          this.state = owb === "--" ? S_DTD_COMMENT : S_DTD;
          this.openWakaBang = "";
        }
      }
      sDTDComment() {
        if (this.captureToChar(MINUS)) {
          this.text += "-";
          this.state = S_DTD_COMMENT_ENDING;
        }
      }
      sDTDCommentEnding() {
        const c = this.getCodeNorm();
        this.text += String.fromCodePoint(c);
        this.state = c === MINUS ? S_DTD_COMMENT_ENDED : S_DTD_COMMENT;
      }
      sDTDCommentEnded() {
        const c = this.getCodeNorm();
        this.text += String.fromCodePoint(c);
        if (c === GREATER) {
          this.state = S_DTD;
        } else {
          this.fail("malformed comment.");
          this.state = S_DTD_COMMENT;
        }
      }
      sDTDPI() {
        if (this.captureToChar(QUESTION)) {
          this.text += "?";
          this.state = S_DTD_PI_ENDING;
        }
      }
      sDTDPIEnding() {
        const c = this.getCodeNorm();
        this.text += String.fromCodePoint(c);
        if (c === GREATER) {
          this.state = S_DTD;
        }
      }
      sText() {
        if (this.tags.length !== 0) {
          this.handleTextInRoot();
        } else {
          this.handleTextOutsideRoot();
        }
      }
      sEntity() {
        let { i: start2 } = this;
        const { chunk } = this;
        loop:
          while (true) {
            switch (this.getCode()) {
              case NL_LIKE:
                this.entity += `${chunk.slice(start2, this.prevI)}
`;
                start2 = this.i;
                break;
              case SEMICOLON: {
                const { entityReturnState } = this;
                const entity = this.entity + chunk.slice(start2, this.prevI);
                this.state = entityReturnState;
                let parsed;
                if (entity === "") {
                  this.fail("empty entity name.");
                  parsed = "&;";
                } else {
                  parsed = this.parseEntity(entity);
                  this.entity = "";
                }
                if (entityReturnState !== S_TEXT || this.textHandler !== void 0) {
                  this.text += parsed;
                }
                break loop;
              }
              case EOC:
                this.entity += chunk.slice(start2);
                break loop;
              default:
            }
          }
      }
      sOpenWaka() {
        const c = this.getCode();
        if (isNameStartChar(c)) {
          this.state = S_OPEN_TAG;
          this.unget();
          this.xmlDeclPossible = false;
        } else {
          switch (c) {
            case FORWARD_SLASH:
              this.state = S_CLOSE_TAG;
              this.xmlDeclPossible = false;
              break;
            case BANG:
              this.state = S_OPEN_WAKA_BANG;
              this.openWakaBang = "";
              this.xmlDeclPossible = false;
              break;
            case QUESTION:
              this.state = S_PI_FIRST_CHAR;
              break;
            default:
              this.fail("disallowed character in tag name");
              this.state = S_TEXT;
              this.xmlDeclPossible = false;
          }
        }
      }
      sOpenWakaBang() {
        this.openWakaBang += String.fromCodePoint(this.getCodeNorm());
        switch (this.openWakaBang) {
          case "[CDATA[":
            if (!this.sawRoot && !this.reportedTextBeforeRoot) {
              this.fail("text data outside of root node.");
              this.reportedTextBeforeRoot = true;
            }
            if (this.closedRoot && !this.reportedTextAfterRoot) {
              this.fail("text data outside of root node.");
              this.reportedTextAfterRoot = true;
            }
            this.state = S_CDATA;
            this.openWakaBang = "";
            break;
          case "--":
            this.state = S_COMMENT;
            this.openWakaBang = "";
            break;
          case "DOCTYPE":
            this.state = S_DOCTYPE;
            if (this.doctype || this.sawRoot) {
              this.fail("inappropriately located doctype declaration.");
            }
            this.openWakaBang = "";
            break;
          default:
            if (this.openWakaBang.length >= 7) {
              this.fail("incorrect syntax.");
            }
        }
      }
      sComment() {
        if (this.captureToChar(MINUS)) {
          this.state = S_COMMENT_ENDING;
        }
      }
      sCommentEnding() {
        var _a;
        const c = this.getCodeNorm();
        if (c === MINUS) {
          this.state = S_COMMENT_ENDED;
          (_a = this.commentHandler) === null || _a === void 0 ? void 0 : _a.call(this, this.text);
          this.text = "";
        } else {
          this.text += `-${String.fromCodePoint(c)}`;
          this.state = S_COMMENT;
        }
      }
      sCommentEnded() {
        const c = this.getCodeNorm();
        if (c !== GREATER) {
          this.fail("malformed comment.");
          this.text += `--${String.fromCodePoint(c)}`;
          this.state = S_COMMENT;
        } else {
          this.state = S_TEXT;
        }
      }
      sCData() {
        if (this.captureToChar(CLOSE_BRACKET)) {
          this.state = S_CDATA_ENDING;
        }
      }
      sCDataEnding() {
        const c = this.getCodeNorm();
        if (c === CLOSE_BRACKET) {
          this.state = S_CDATA_ENDING_2;
        } else {
          this.text += `]${String.fromCodePoint(c)}`;
          this.state = S_CDATA;
        }
      }
      sCDataEnding2() {
        var _a;
        const c = this.getCodeNorm();
        switch (c) {
          case GREATER: {
            (_a = this.cdataHandler) === null || _a === void 0 ? void 0 : _a.call(this, this.text);
            this.text = "";
            this.state = S_TEXT;
            break;
          }
          case CLOSE_BRACKET:
            this.text += "]";
            break;
          default:
            this.text += `]]${String.fromCodePoint(c)}`;
            this.state = S_CDATA;
        }
      }
      // We need this separate state to check the first character fo the pi target
      // with this.nameStartCheck which allows less characters than this.nameCheck.
      sPIFirstChar() {
        const c = this.getCodeNorm();
        if (this.nameStartCheck(c)) {
          this.piTarget += String.fromCodePoint(c);
          this.state = S_PI_REST;
        } else if (c === QUESTION || isS(c)) {
          this.fail("processing instruction without a target.");
          this.state = c === QUESTION ? S_PI_ENDING : S_PI_BODY;
        } else {
          this.fail("disallowed character in processing instruction name.");
          this.piTarget += String.fromCodePoint(c);
          this.state = S_PI_REST;
        }
      }
      sPIRest() {
        const { chunk, i: start2 } = this;
        while (true) {
          const c = this.getCodeNorm();
          if (c === EOC) {
            this.piTarget += chunk.slice(start2);
            return;
          }
          if (!this.nameCheck(c)) {
            this.piTarget += chunk.slice(start2, this.prevI);
            const isQuestion = c === QUESTION;
            if (isQuestion || isS(c)) {
              if (this.piTarget === "xml") {
                if (!this.xmlDeclPossible) {
                  this.fail("an XML declaration must be at the start of the document.");
                }
                this.state = isQuestion ? S_XML_DECL_ENDING : S_XML_DECL_NAME_START;
              } else {
                this.state = isQuestion ? S_PI_ENDING : S_PI_BODY;
              }
            } else {
              this.fail("disallowed character in processing instruction name.");
              this.piTarget += String.fromCodePoint(c);
            }
            break;
          }
        }
      }
      sPIBody() {
        if (this.text.length === 0) {
          const c = this.getCodeNorm();
          if (c === QUESTION) {
            this.state = S_PI_ENDING;
          } else if (!isS(c)) {
            this.text = String.fromCodePoint(c);
          }
        } else if (this.captureToChar(QUESTION)) {
          this.state = S_PI_ENDING;
        }
      }
      sPIEnding() {
        var _a;
        const c = this.getCodeNorm();
        if (c === GREATER) {
          const { piTarget } = this;
          if (piTarget.toLowerCase() === "xml") {
            this.fail("the XML declaration must appear at the start of the document.");
          }
          (_a = this.piHandler) === null || _a === void 0 ? void 0 : _a.call(this, {
            target: piTarget,
            body: this.text
          });
          this.piTarget = this.text = "";
          this.state = S_TEXT;
        } else if (c === QUESTION) {
          this.text += "?";
        } else {
          this.text += `?${String.fromCodePoint(c)}`;
          this.state = S_PI_BODY;
        }
        this.xmlDeclPossible = false;
      }
      sXMLDeclNameStart() {
        const c = this.skipSpaces();
        if (c === QUESTION) {
          this.state = S_XML_DECL_ENDING;
          return;
        }
        if (c !== EOC) {
          this.state = S_XML_DECL_NAME;
          this.name = String.fromCodePoint(c);
        }
      }
      sXMLDeclName() {
        const c = this.captureTo(XML_DECL_NAME_TERMINATOR);
        if (c === QUESTION) {
          this.state = S_XML_DECL_ENDING;
          this.name += this.text;
          this.text = "";
          this.fail("XML declaration is incomplete.");
          return;
        }
        if (!(isS(c) || c === EQUAL)) {
          return;
        }
        this.name += this.text;
        this.text = "";
        if (!this.xmlDeclExpects.includes(this.name)) {
          switch (this.name.length) {
            case 0:
              this.fail("did not expect any more name/value pairs.");
              break;
            case 1:
              this.fail(`expected the name ${this.xmlDeclExpects[0]}.`);
              break;
            default:
              this.fail(`expected one of ${this.xmlDeclExpects.join(", ")}`);
          }
        }
        this.state = c === EQUAL ? S_XML_DECL_VALUE_START : S_XML_DECL_EQ;
      }
      sXMLDeclEq() {
        const c = this.getCodeNorm();
        if (c === QUESTION) {
          this.state = S_XML_DECL_ENDING;
          this.fail("XML declaration is incomplete.");
          return;
        }
        if (isS(c)) {
          return;
        }
        if (c !== EQUAL) {
          this.fail("value required.");
        }
        this.state = S_XML_DECL_VALUE_START;
      }
      sXMLDeclValueStart() {
        const c = this.getCodeNorm();
        if (c === QUESTION) {
          this.state = S_XML_DECL_ENDING;
          this.fail("XML declaration is incomplete.");
          return;
        }
        if (isS(c)) {
          return;
        }
        if (!isQuote(c)) {
          this.fail("value must be quoted.");
          this.q = SPACE;
        } else {
          this.q = c;
        }
        this.state = S_XML_DECL_VALUE;
      }
      sXMLDeclValue() {
        const c = this.captureTo([this.q, QUESTION]);
        if (c === QUESTION) {
          this.state = S_XML_DECL_ENDING;
          this.text = "";
          this.fail("XML declaration is incomplete.");
          return;
        }
        if (c === EOC) {
          return;
        }
        const value = this.text;
        this.text = "";
        switch (this.name) {
          case "version": {
            this.xmlDeclExpects = ["encoding", "standalone"];
            const version = value;
            this.xmlDecl.version = version;
            if (!/^1\.[0-9]+$/.test(version)) {
              this.fail("version number must match /^1\\.[0-9]+$/.");
            } else if (!this.opt.forceXMLVersion) {
              this.setXMLVersion(version);
            }
            break;
          }
          case "encoding":
            if (!/^[A-Za-z][A-Za-z0-9._-]*$/.test(value)) {
              this.fail("encoding value must match /^[A-Za-z0-9][A-Za-z0-9._-]*$/.");
            }
            this.xmlDeclExpects = ["standalone"];
            this.xmlDecl.encoding = value;
            break;
          case "standalone":
            if (value !== "yes" && value !== "no") {
              this.fail('standalone value must match "yes" or "no".');
            }
            this.xmlDeclExpects = [];
            this.xmlDecl.standalone = value;
            break;
          default:
        }
        this.name = "";
        this.state = S_XML_DECL_SEPARATOR;
      }
      sXMLDeclSeparator() {
        const c = this.getCodeNorm();
        if (c === QUESTION) {
          this.state = S_XML_DECL_ENDING;
          return;
        }
        if (!isS(c)) {
          this.fail("whitespace required.");
          this.unget();
        }
        this.state = S_XML_DECL_NAME_START;
      }
      sXMLDeclEnding() {
        var _a;
        const c = this.getCodeNorm();
        if (c === GREATER) {
          if (this.piTarget !== "xml") {
            this.fail("processing instructions are not allowed before root.");
          } else if (this.name !== "version" && this.xmlDeclExpects.includes("version")) {
            this.fail("XML declaration must contain a version.");
          }
          (_a = this.xmldeclHandler) === null || _a === void 0 ? void 0 : _a.call(this, this.xmlDecl);
          this.name = "";
          this.piTarget = this.text = "";
          this.state = S_TEXT;
        } else {
          this.fail("The character ? is disallowed anywhere in XML declarations.");
        }
        this.xmlDeclPossible = false;
      }
      sOpenTag() {
        var _a;
        const c = this.captureNameChars();
        if (c === EOC) {
          return;
        }
        const tag = this.tag = {
          name: this.name,
          attributes: /* @__PURE__ */ Object.create(null)
        };
        this.name = "";
        if (this.xmlnsOpt) {
          this.topNS = tag.ns = /* @__PURE__ */ Object.create(null);
        }
        (_a = this.openTagStartHandler) === null || _a === void 0 ? void 0 : _a.call(this, tag);
        this.sawRoot = true;
        if (!this.fragmentOpt && this.closedRoot) {
          this.fail("documents may contain only one root.");
        }
        switch (c) {
          case GREATER:
            this.openTag();
            break;
          case FORWARD_SLASH:
            this.state = S_OPEN_TAG_SLASH;
            break;
          default:
            if (!isS(c)) {
              this.fail("disallowed character in tag name.");
            }
            this.state = S_ATTRIB;
        }
      }
      sOpenTagSlash() {
        if (this.getCode() === GREATER) {
          this.openSelfClosingTag();
        } else {
          this.fail("forward-slash in opening tag not followed by >.");
          this.state = S_ATTRIB;
        }
      }
      sAttrib() {
        const c = this.skipSpaces();
        if (c === EOC) {
          return;
        }
        if (isNameStartChar(c)) {
          this.unget();
          this.state = S_ATTRIB_NAME;
        } else if (c === GREATER) {
          this.openTag();
        } else if (c === FORWARD_SLASH) {
          this.state = S_OPEN_TAG_SLASH;
        } else {
          this.fail("disallowed character in attribute name.");
        }
      }
      sAttribName() {
        const c = this.captureNameChars();
        if (c === EQUAL) {
          this.state = S_ATTRIB_VALUE;
        } else if (isS(c)) {
          this.state = S_ATTRIB_NAME_SAW_WHITE;
        } else if (c === GREATER) {
          this.fail("attribute without value.");
          this.pushAttrib(this.name, this.name);
          this.name = this.text = "";
          this.openTag();
        } else if (c !== EOC) {
          this.fail("disallowed character in attribute name.");
        }
      }
      sAttribNameSawWhite() {
        const c = this.skipSpaces();
        switch (c) {
          case EOC:
            return;
          case EQUAL:
            this.state = S_ATTRIB_VALUE;
            break;
          default:
            this.fail("attribute without value.");
            this.text = "";
            this.name = "";
            if (c === GREATER) {
              this.openTag();
            } else if (isNameStartChar(c)) {
              this.unget();
              this.state = S_ATTRIB_NAME;
            } else {
              this.fail("disallowed character in attribute name.");
              this.state = S_ATTRIB;
            }
        }
      }
      sAttribValue() {
        const c = this.getCodeNorm();
        if (isQuote(c)) {
          this.q = c;
          this.state = S_ATTRIB_VALUE_QUOTED;
        } else if (!isS(c)) {
          this.fail("unquoted attribute value.");
          this.state = S_ATTRIB_VALUE_UNQUOTED;
          this.unget();
        }
      }
      sAttribValueQuoted() {
        const { q, chunk } = this;
        let { i: start2 } = this;
        while (true) {
          switch (this.getCode()) {
            case q:
              this.pushAttrib(this.name, this.text + chunk.slice(start2, this.prevI));
              this.name = this.text = "";
              this.q = null;
              this.state = S_ATTRIB_VALUE_CLOSED;
              return;
            case AMP:
              this.text += chunk.slice(start2, this.prevI);
              this.state = S_ENTITY;
              this.entityReturnState = S_ATTRIB_VALUE_QUOTED;
              return;
            case NL:
            case NL_LIKE:
            case TAB:
              this.text += `${chunk.slice(start2, this.prevI)} `;
              start2 = this.i;
              break;
            case LESS:
              this.text += chunk.slice(start2, this.prevI);
              this.fail("disallowed character.");
              return;
            case EOC:
              this.text += chunk.slice(start2);
              return;
            default:
          }
        }
      }
      sAttribValueClosed() {
        const c = this.getCodeNorm();
        if (isS(c)) {
          this.state = S_ATTRIB;
        } else if (c === GREATER) {
          this.openTag();
        } else if (c === FORWARD_SLASH) {
          this.state = S_OPEN_TAG_SLASH;
        } else if (isNameStartChar(c)) {
          this.fail("no whitespace between attributes.");
          this.unget();
          this.state = S_ATTRIB_NAME;
        } else {
          this.fail("disallowed character in attribute name.");
        }
      }
      sAttribValueUnquoted() {
        const c = this.captureTo(ATTRIB_VALUE_UNQUOTED_TERMINATOR);
        switch (c) {
          case AMP:
            this.state = S_ENTITY;
            this.entityReturnState = S_ATTRIB_VALUE_UNQUOTED;
            break;
          case LESS:
            this.fail("disallowed character.");
            break;
          case EOC:
            break;
          default:
            if (this.text.includes("]]>")) {
              this.fail('the string "]]>" is disallowed in char data.');
            }
            this.pushAttrib(this.name, this.text);
            this.name = this.text = "";
            if (c === GREATER) {
              this.openTag();
            } else {
              this.state = S_ATTRIB;
            }
        }
      }
      sCloseTag() {
        const c = this.captureNameChars();
        if (c === GREATER) {
          this.closeTag();
        } else if (isS(c)) {
          this.state = S_CLOSE_TAG_SAW_WHITE;
        } else if (c !== EOC) {
          this.fail("disallowed character in closing tag.");
        }
      }
      sCloseTagSawWhite() {
        switch (this.skipSpaces()) {
          case GREATER:
            this.closeTag();
            break;
          case EOC:
            break;
          default:
            this.fail("disallowed character in closing tag.");
        }
      }
      // END OF STATE ENGINE METHODS
      handleTextInRoot() {
        let { i: start2, forbiddenState } = this;
        const { chunk, textHandler: handler } = this;
        scanLoop:
          while (true) {
            switch (this.getCode()) {
              case LESS: {
                this.state = S_OPEN_WAKA;
                if (handler !== void 0) {
                  const { text } = this;
                  const slice = chunk.slice(start2, this.prevI);
                  if (text.length !== 0) {
                    handler(text + slice);
                    this.text = "";
                  } else if (slice.length !== 0) {
                    handler(slice);
                  }
                }
                forbiddenState = FORBIDDEN_START;
                break scanLoop;
              }
              case AMP:
                this.state = S_ENTITY;
                this.entityReturnState = S_TEXT;
                if (handler !== void 0) {
                  this.text += chunk.slice(start2, this.prevI);
                }
                forbiddenState = FORBIDDEN_START;
                break scanLoop;
              case CLOSE_BRACKET:
                switch (forbiddenState) {
                  case FORBIDDEN_START:
                    forbiddenState = FORBIDDEN_BRACKET;
                    break;
                  case FORBIDDEN_BRACKET:
                    forbiddenState = FORBIDDEN_BRACKET_BRACKET;
                    break;
                  case FORBIDDEN_BRACKET_BRACKET:
                    break;
                  default:
                    throw new Error("impossible state");
                }
                break;
              case GREATER:
                if (forbiddenState === FORBIDDEN_BRACKET_BRACKET) {
                  this.fail('the string "]]>" is disallowed in char data.');
                }
                forbiddenState = FORBIDDEN_START;
                break;
              case NL_LIKE:
                if (handler !== void 0) {
                  this.text += `${chunk.slice(start2, this.prevI)}
`;
                }
                start2 = this.i;
                forbiddenState = FORBIDDEN_START;
                break;
              case EOC:
                if (handler !== void 0) {
                  this.text += chunk.slice(start2);
                }
                break scanLoop;
              default:
                forbiddenState = FORBIDDEN_START;
            }
          }
        this.forbiddenState = forbiddenState;
      }
      handleTextOutsideRoot() {
        let { i: start2 } = this;
        const { chunk, textHandler: handler } = this;
        let nonSpace = false;
        outRootLoop:
          while (true) {
            const code = this.getCode();
            switch (code) {
              case LESS: {
                this.state = S_OPEN_WAKA;
                if (handler !== void 0) {
                  const { text } = this;
                  const slice = chunk.slice(start2, this.prevI);
                  if (text.length !== 0) {
                    handler(text + slice);
                    this.text = "";
                  } else if (slice.length !== 0) {
                    handler(slice);
                  }
                }
                break outRootLoop;
              }
              case AMP:
                this.state = S_ENTITY;
                this.entityReturnState = S_TEXT;
                if (handler !== void 0) {
                  this.text += chunk.slice(start2, this.prevI);
                }
                nonSpace = true;
                break outRootLoop;
              case NL_LIKE:
                if (handler !== void 0) {
                  this.text += `${chunk.slice(start2, this.prevI)}
`;
                }
                start2 = this.i;
                break;
              case EOC:
                if (handler !== void 0) {
                  this.text += chunk.slice(start2);
                }
                break outRootLoop;
              default:
                if (!isS(code)) {
                  nonSpace = true;
                }
            }
          }
        if (!nonSpace) {
          return;
        }
        if (!this.sawRoot && !this.reportedTextBeforeRoot) {
          this.fail("text data outside of root node.");
          this.reportedTextBeforeRoot = true;
        }
        if (this.closedRoot && !this.reportedTextAfterRoot) {
          this.fail("text data outside of root node.");
          this.reportedTextAfterRoot = true;
        }
      }
      pushAttribNS(name, value) {
        var _a;
        const { prefix, local } = this.qname(name);
        const attr = { name, prefix, local, value };
        this.attribList.push(attr);
        (_a = this.attributeHandler) === null || _a === void 0 ? void 0 : _a.call(this, attr);
        if (prefix === "xmlns") {
          const trimmed = value.trim();
          if (this.currentXMLVersion === "1.0" && trimmed === "") {
            this.fail("invalid attempt to undefine prefix in XML 1.0");
          }
          this.topNS[local] = trimmed;
          nsPairCheck(this, local, trimmed);
        } else if (name === "xmlns") {
          const trimmed = value.trim();
          this.topNS[""] = trimmed;
          nsPairCheck(this, "", trimmed);
        }
      }
      pushAttribPlain(name, value) {
        var _a;
        const attr = { name, value };
        this.attribList.push(attr);
        (_a = this.attributeHandler) === null || _a === void 0 ? void 0 : _a.call(this, attr);
      }
      /**
       * End parsing. This performs final well-formedness checks and resets the
       * parser to a clean state.
       *
       * @returns this
       */
      end() {
        var _a, _b;
        if (!this.sawRoot) {
          this.fail("document must contain a root element.");
        }
        const { tags } = this;
        while (tags.length > 0) {
          const tag = tags.pop();
          this.fail(`unclosed tag: ${tag.name}`);
        }
        if (this.state !== S_BEGIN && this.state !== S_TEXT) {
          this.fail("unexpected end.");
        }
        const { text } = this;
        if (text.length !== 0) {
          (_a = this.textHandler) === null || _a === void 0 ? void 0 : _a.call(this, text);
          this.text = "";
        }
        this._closed = true;
        (_b = this.endHandler) === null || _b === void 0 ? void 0 : _b.call(this);
        this._init();
        return this;
      }
      /**
       * Resolve a namespace prefix.
       *
       * @param prefix The prefix to resolve.
       *
       * @returns The namespace URI or ``undefined`` if the prefix is not defined.
       */
      resolve(prefix) {
        var _a, _b;
        let uri = this.topNS[prefix];
        if (uri !== void 0) {
          return uri;
        }
        const { tags } = this;
        for (let index = tags.length - 1; index >= 0; index--) {
          uri = tags[index].ns[prefix];
          if (uri !== void 0) {
            return uri;
          }
        }
        uri = this.ns[prefix];
        if (uri !== void 0) {
          return uri;
        }
        return (_b = (_a = this.opt).resolvePrefix) === null || _b === void 0 ? void 0 : _b.call(_a, prefix);
      }
      /**
       * Parse a qname into its prefix and local name parts.
       *
       * @param name The name to parse
       *
       * @returns
       */
      qname(name) {
        const colon = name.indexOf(":");
        if (colon === -1) {
          return { prefix: "", local: name };
        }
        const local = name.slice(colon + 1);
        const prefix = name.slice(0, colon);
        if (prefix === "" || local === "" || local.includes(":")) {
          this.fail(`malformed name: ${name}.`);
        }
        return { prefix, local };
      }
      processAttribsNS() {
        var _a;
        const { attribList } = this;
        const tag = this.tag;
        {
          const { prefix, local } = this.qname(tag.name);
          tag.prefix = prefix;
          tag.local = local;
          const uri = tag.uri = (_a = this.resolve(prefix)) !== null && _a !== void 0 ? _a : "";
          if (prefix !== "") {
            if (prefix === "xmlns") {
              this.fail('tags may not have "xmlns" as prefix.');
            }
            if (uri === "") {
              this.fail(`unbound namespace prefix: ${JSON.stringify(prefix)}.`);
              tag.uri = prefix;
            }
          }
        }
        if (attribList.length === 0) {
          return;
        }
        const { attributes } = tag;
        const seen = /* @__PURE__ */ new Set();
        for (const attr of attribList) {
          const { name, prefix, local } = attr;
          let uri;
          let eqname;
          if (prefix === "") {
            uri = name === "xmlns" ? XMLNS_NAMESPACE : "";
            eqname = name;
          } else {
            uri = this.resolve(prefix);
            if (uri === void 0) {
              this.fail(`unbound namespace prefix: ${JSON.stringify(prefix)}.`);
              uri = prefix;
            }
            eqname = `{${uri}}${local}`;
          }
          if (seen.has(eqname)) {
            this.fail(`duplicate attribute: ${eqname}.`);
          }
          seen.add(eqname);
          attr.uri = uri;
          attributes[name] = attr;
        }
        this.attribList = [];
      }
      processAttribsPlain() {
        const { attribList } = this;
        const attributes = this.tag.attributes;
        for (const { name, value } of attribList) {
          if (attributes[name] !== void 0) {
            this.fail(`duplicate attribute: ${name}.`);
          }
          attributes[name] = value;
        }
        this.attribList = [];
      }
      /**
       * Handle a complete open tag. This parser code calls this once it has seen
       * the whole tag. This method checks for well-formeness and then emits
       * ``onopentag``.
       */
      openTag() {
        var _a;
        this.processAttribs();
        const { tags } = this;
        const tag = this.tag;
        tag.isSelfClosing = false;
        (_a = this.openTagHandler) === null || _a === void 0 ? void 0 : _a.call(this, tag);
        tags.push(tag);
        this.state = S_TEXT;
        this.name = "";
      }
      /**
       * Handle a complete self-closing tag. This parser code calls this once it has
       * seen the whole tag. This method checks for well-formeness and then emits
       * ``onopentag`` and ``onclosetag``.
       */
      openSelfClosingTag() {
        var _a, _b, _c;
        this.processAttribs();
        const { tags } = this;
        const tag = this.tag;
        tag.isSelfClosing = true;
        (_a = this.openTagHandler) === null || _a === void 0 ? void 0 : _a.call(this, tag);
        (_b = this.closeTagHandler) === null || _b === void 0 ? void 0 : _b.call(this, tag);
        const top = this.tag = (_c = tags[tags.length - 1]) !== null && _c !== void 0 ? _c : null;
        if (top === null) {
          this.closedRoot = true;
        }
        this.state = S_TEXT;
        this.name = "";
      }
      /**
       * Handle a complete close tag. This parser code calls this once it has seen
       * the whole tag. This method checks for well-formeness and then emits
       * ``onclosetag``.
       */
      closeTag() {
        const { tags, name } = this;
        this.state = S_TEXT;
        this.name = "";
        if (name === "") {
          this.fail("weird empty close tag.");
          this.text += "</>";
          return;
        }
        const handler = this.closeTagHandler;
        let l = tags.length;
        while (l-- > 0) {
          const tag = this.tag = tags.pop();
          this.topNS = tag.ns;
          handler === null || handler === void 0 ? void 0 : handler(tag);
          if (tag.name === name) {
            break;
          }
          this.fail("unexpected close tag.");
        }
        if (l === 0) {
          this.closedRoot = true;
        } else if (l < 0) {
          this.fail(`unmatched closing tag: ${name}.`);
          this.text += `</${name}>`;
        }
      }
      /**
       * Resolves an entity. Makes any necessary well-formedness checks.
       *
       * @param entity The entity to resolve.
       *
       * @returns The parsed entity.
       */
      parseEntity(entity) {
        if (entity[0] !== "#") {
          const defined = this.ENTITIES[entity];
          if (defined !== void 0) {
            return defined;
          }
          this.fail(this.isName(entity) ? "undefined entity." : "disallowed character in entity name.");
          return `&${entity};`;
        }
        let num = NaN;
        if (entity[1] === "x" && /^#x[0-9a-f]+$/i.test(entity)) {
          num = parseInt(entity.slice(2), 16);
        } else if (/^#[0-9]+$/.test(entity)) {
          num = parseInt(entity.slice(1), 10);
        }
        if (!this.isChar(num)) {
          this.fail("malformed character entity.");
          return `&${entity};`;
        }
        return String.fromCodePoint(num);
      }
    };
    exports.SaxesParser = SaxesParser2;
  }
});

// node_modules/commander/esm.mjs
var import_index = __toESM(require_commander(), 1);
var {
  program,
  createCommand,
  createArgument,
  createOption,
  CommanderError,
  InvalidArgumentError,
  InvalidOptionArgumentError,
  // deprecated old name
  Command,
  Argument,
  Option,
  Help
} = import_index.default;

// cli/logs/capture.ts
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants as constants2,
  existsSync,
  fstatSync as fstatSync2,
  mkdtempSync,
  openSync as openSync2,
  readFileSync,
  rmSync as rmSync2,
  writeFileSync
} from "node:fs";
import { tmpdir as tmpdir2 } from "node:os";
import { join as join2 } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

// cli/logs/spool.ts
import { randomUUID } from "node:crypto";
import { constants, fstatSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
var MIB = 1024 * 1024;
var KEPT_BYTES = 16 * MIB;
var WHOLE_BYTES = 64 * MIB;
var HEADER_BYTES = 4096;
var RING_BYTES = WHOLE_BYTES - KEPT_BYTES;
var RESERVED_AT = 0;
var WRITTEN_AT = 8;
var GAP_FROM_AT = 16;
var GAP_TO_AT = 24;
function createSpool(folder = tmpdir()) {
  const file = join(folder, `buildpass-log-${randomUUID()}`);
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 384);
  try {
    rmSync(file);
    writeSync(fd, Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
  return fd;
}
function spoolWriter(fd) {
  let length = 0;
  let hasGap = false;
  const tell2 = (at, value) => {
    const count = Buffer.alloc(8);
    count.writeDoubleLE(value);
    writeWhole(fd, count, at);
  };
  return {
    length: () => length,
    append(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        const piece = bytes.subarray(from, from + roomAt(length));
        tell2(RESERVED_AT, length + piece.byteLength);
        writeWhole(fd, piece, placeOf(length));
        length += piece.byteLength;
        tell2(WRITTEN_AT, length);
        from += piece.byteLength;
      }
    },
    leaveOut(bytes) {
      if (!hasGap) tell2(GAP_FROM_AT, length);
      hasGap = true;
      length += bytes;
      tell2(RESERVED_AT, length);
      tell2(GAP_TO_AT, length);
      tell2(WRITTEN_AT, length);
    }
  };
}
function spoolReader(fd) {
  const told = (at) => {
    const count = Buffer.alloc(8);
    return readSync(fd, count, 0, 8, at) === 8 ? count.readDoubleLE() : 0;
  };
  const isThere = (from, to) => {
    if (to <= KEPT_BYTES) return true;
    const isInGap = to > told(GAP_FROM_AT) && from < told(GAP_TO_AT);
    return !isInGap && firstBehindHead(told(RESERVED_AT)) <= Math.max(from, KEPT_BYTES);
  };
  return {
    length: () => told(WRITTEN_AT),
    read(offset, maxBytes, room) {
      const wanted = Math.max(0, Math.min(maxBytes, told(WRITTEN_AT) - offset));
      const bytes = room ? room.subarray(0, wanted) : Buffer.allocUnsafe(wanted);
      for (let done = 0; done < bytes.length; ) {
        const at = offset + done;
        const count = readSync(fd, bytes, done, Math.min(bytes.length - done, roomAt(at)), placeOf(at));
        if (count === 0) throw new Error(`the log's spool ends at ${at} of ${told(WRITTEN_AT)}`);
        done += count;
      }
      return isThere(offset, offset + bytes.length) ? bytes : null;
    },
    gapEnd: () => told(GAP_TO_AT)
  };
}
function firstBehindHead(reserved) {
  return Math.max(KEPT_BYTES, reserved - RING_BYTES);
}
function placeOf(offset) {
  if (offset < KEPT_BYTES) return HEADER_BYTES + offset;
  return HEADER_BYTES + KEPT_BYTES + (offset - KEPT_BYTES) % RING_BYTES;
}
function roomAt(offset) {
  if (offset < KEPT_BYTES) return KEPT_BYTES - offset;
  return RING_BYTES - (offset - KEPT_BYTES) % RING_BYTES;
}
function writeWhole(fd, bytes, at) {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(fd, bytes, done, bytes.byteLength - done, at + done);
}

// cli/logs/capture.ts
var RELAY_VERB = "relay-output";
function openCapture(masked) {
  if (process.platform === "win32") return { reason: "logs are not yet kept on Windows" };
  const terminals = [0, 1, 2].map((fd) => isatty(fd));
  const isTerminal = terminals.every(Boolean);
  if (terminals[1] && !isTerminal) return { reason: "only some of its streams are a terminal" };
  const flavour = isTerminal ? findScript() : null;
  if (isTerminal && flavour === null) return { reason: "it has a terminal, and here is no script(1) to copy from one" };
  try {
    return flavour === null ? pipedCapture(masked) : terminalCapture(masked, flavour);
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
function pipedCapture(masked) {
  const isOne = isSamePlace(1, 2);
  const copied = [1, 2].filter((fd) => !isatty(fd) && !(fd === 2 && isOne));
  const folder = ownFolder();
  const opened2 = [];
  try {
    const pipes = copied.map((to) => {
      const pipe = openPipe(folder, String(to));
      opened2.push(pipe.read, pipe.write);
      return { ...pipe, to };
    });
    rmSync2(folder, { recursive: true });
    const streams = pipes.map(({ read, to }) => ({ read, to, isTypescript: false }));
    const relay2 = startRelay(streams, masked, null);
    const out = pipes.find(({ to }) => to === 1)?.write ?? "inherit";
    const err = isOne ? out : pipes.find(({ to }) => to === 2)?.write ?? "inherit";
    return {
      start(program3, args) {
        try {
          return startOn(["inherit", out, err], program3, args);
        } finally {
          for (const { write: write2 } of pipes) closeSync(write2);
        }
      },
      drained: relay2.drained,
      log: relay2.log
    };
  } catch (error) {
    for (const fd of opened2) closeSync(fd);
    rmSync2(folder, { recursive: true, force: true });
    throw error;
  }
}
function startOn(stdio, program3, args) {
  const options2 = { stdio };
  const child = spawn(program3, args, options2);
  return {
    child,
    kill: (signal) => void child.kill(signal),
    isOutsideGroup: false,
    stoppedByKey: () => null,
    isBegun: () => true
  };
}
function terminalCapture(masked, flavour) {
  const folder = ownFolder();
  if (/[^\w/.+-]/.test(folder)) {
    rmSync2(folder, { recursive: true });
    return notQuotable(folder);
  }
  const pipe = openPipe(folder, "typescript");
  const relay2 = startRelay([{ read: pipe.read, to: null, isTypescript: flavour === "util-linux" }], masked, folder);
  const [start2, pidFile, stopFile] = ["start", "pid", "stopped"].map((name) => join2(folder, name));
  return {
    start(program3, args) {
      writeFileSync(start2, startScript([program3, ...args], { pidFile, stopFile }), { mode: 384 });
      const child = spawn("script", scriptArgs(flavour, join2(folder, "typescript"), start2), {
        stdio: "inherit",
        // It runs its command by this shell, which may be one that runs none; the command gets its own back.
        env: { ...process.env, SHELL: "/bin/sh" }
      });
      return {
        child,
        kill(signal) {
          if (signal === "SIGWINCH") return;
          const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, "utf8"), 10) : Number.NaN;
          if (pid > 0) process.kill(pid, signal);
          else child.kill(signal);
        },
        isOutsideGroup: true,
        stoppedByKey: () => existsSync(stopFile) ? readFileSync(stopFile, "utf8").trim() : null,
        isBegun: () => existsSync(pidFile)
      };
    },
    async drained() {
      closeSync(pipe.write);
      return relay2.drained();
    },
    log: relay2.log
  };
}
function notQuotable(folder) {
  throw new Error(`the temporary folder has an odd name: ${folder}`);
}
function findScript() {
  if (process.platform === "darwin" || process.platform === "freebsd")
    return existsSync("/usr/bin/script") ? "bsd" : null;
  const { status, stdout } = spawnSync("script", ["--version"], { encoding: "utf8", timeout: 5e3 });
  return status === 0 && stdout.includes("util-linux") ? "util-linux" : null;
}
function scriptArgs(flavour, typescript, start2) {
  switch (flavour) {
    case "util-linux":
      return ["-q", "-e", "-f", "-c", `exec sh ${start2}`, typescript];
    case "bsd":
      return ["-q", "-F", typescript, "sh", start2];
  }
}
function startScript(command, { pidFile, stopFile }) {
  const shell = process.env.SHELL;
  return [
    ...["INT", "QUIT"].map((name) => `trap 'echo SIG${name} >${stopFile}' ${name}`),
    shell === void 0 ? "unset SHELL" : `SHELL=${quoted(shell)}; export SHELL`,
    // As `exec` finds programs, and no built-ins of the shell.
    `sh -c 'echo $$ >"$0"; exec "$@"' ${pidFile} ${command.map(quoted).join(" ")}`,
    "exit $?",
    ""
  ].join("\n");
}
function quoted(word) {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
var FIRST_FREE_FD = 5;
function startRelay(streams, masked, folder) {
  const spool = createSpool();
  const plan = {
    spool: FIRST_FREE_FD - 1,
    streams: streams.map(({ to, isTypescript }, at) => ({ from: FIRST_FREE_FD + at, to, isTypescript })),
    folder
  };
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), RELAY_VERB, JSON.stringify(plan)], {
    stdio: ["ignore", "inherit", "inherit", "ipc", spool, ...streams.map(({ read }) => read)],
    env,
    // In a session of its own: keys and signals for the whole group are not meant for it.
    detached: true
  });
  if (child.pid === void 0) throw new Error("no process can be started to copy it");
  for (const { read } of streams) closeSync(read);
  const send2 = (order) => void (child.connected && child.send(order, () => {
  }));
  const isDone = new Promise((resolve2) => {
    child.on("message", (news) => resolve2(news.failure));
    child.once("error", (error) => resolve2(error.message));
    child.once("disconnect", () => resolve2("the process that copied it is gone"));
  });
  send2({ kind: "begin", masked: masked.map((value) => Buffer.from(value).toString("latin1")) });
  return {
    drained() {
      send2({ kind: "ended" });
      return isDone;
    },
    log: spoolReader(spool)
  };
}
function ownFolder() {
  const folder = mkdtempSync(join2(tmpdir2(), "buildpass-"));
  chmodSync(folder, 448);
  return folder;
}
function openPipe(folder, name) {
  const file = join2(folder, name);
  const { status, error, stderr } = spawnSync("mkfifo", ["-m", "600", file], { encoding: "utf8", timeout: 5e3 });
  if (status !== 0) throw new Error(`mkfifo: ${error?.message ?? stderr.trim()}`);
  const both2 = openSync2(file, constants2.O_RDWR);
  try {
    return {
      read: openSync2(file, constants2.O_RDONLY | constants2.O_NONBLOCK),
      write: openSync2(file, constants2.O_WRONLY)
    };
  } finally {
    closeSync(both2);
  }
}
function isSamePlace(one, other) {
  const [a, b] = [fstatSync2(one), fstatSync2(other)];
  return a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev;
}

// cli/logs/relay.ts
import { readSync as readSync2, rmSync as rmSync3, write } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

// cli/logs/secret-shapes.ts
var UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
var LOWER = UPPER.toLowerCase();
var DIGITS = "0123456789";
function alphabetOf(characters2) {
  const alphabet = new Uint8Array(256);
  for (const byte of Buffer.from(characters2, "latin1")) alphabet[byte] = 1;
  return alphabet;
}
var HEX = alphabetOf(`${DIGITS}abcdefABCDEF`);
var BASE32 = alphabetOf(`${UPPER}234567`);
var ALPHANUMERIC = alphabetOf(UPPER + LOWER + DIGITS);
var WORD = alphabetOf(`${UPPER}${LOWER}${DIGITS}_`);
var NAME = alphabetOf(`${UPPER}${LOWER}${DIGITS}_-`);
var PATH = alphabetOf(`${UPPER}${LOWER}${DIGITS}_-/`);
var TOKEN_SHAPES = [
  { what: "Buildpass", prefixes: ["bpu_", "bpp_", "bpr_", "bps_"], alphabet: ALPHANUMERIC, min: 42, max: 42 },
  { what: "GitHub", prefixes: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], alphabet: WORD, min: 36 },
  { what: "GitHub, fine-grained", prefixes: ["github_pat_"], alphabet: WORD, min: 22 },
  {
    what: "GitLab",
    prefixes: ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"],
    alphabet: NAME,
    min: 20
  },
  { what: "AWS access key id", prefixes: ["AKIA", "ASIA", "ABIA", "ACCA"], alphabet: BASE32, min: 16, max: 16 },
  {
    what: "Slack",
    prefixes: ["xoxa-", "xoxb-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"],
    alphabet: alphabetOf(`${UPPER}${LOWER}${DIGITS}-`),
    min: 10
  },
  { what: "Slack webhook", prefixes: ["hooks.slack.com/services/"], alphabet: PATH, min: 20 },
  { what: "npm", prefixes: ["npm_"], alphabet: ALPHANUMERIC, min: 36 },
  { what: "PyPI", prefixes: ["pypi-AgE"], alphabet: NAME, min: 50 },
  { what: "Google API key", prefixes: ["AIza"], alphabet: NAME, min: 35, max: 35 },
  { what: "Google OAuth secret", prefixes: ["GOCSPX-"], alphabet: NAME, min: 28 },
  { what: "Google OAuth token", prefixes: ["ya29."], alphabet: NAME, min: 20 },
  {
    what: "Stripe",
    prefixes: ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"],
    alphabet: ALPHANUMERIC,
    min: 16
  },
  { what: "Docker", prefixes: ["dckr_pat_", "dckr_oat_"], alphabet: NAME, min: 27 },
  { what: "DigitalOcean", prefixes: ["dop_v1_", "doo_v1_", "dor_v1_"], alphabet: HEX, min: 64, max: 64 },
  { what: "Shopify", prefixes: ["shpat_", "shpca_", "shppa_", "shpss_"], alphabet: HEX, min: 32, max: 32 },
  { what: "Vault", prefixes: ["hvs.", "hvb.", "hvr."], alphabet: NAME, min: 24 },
  { what: "Anthropic", prefixes: ["sk-ant-"], alphabet: NAME, min: 20 },
  { what: "OpenAI", prefixes: ["sk-proj-", "sk-svcacct-", "sk-admin-"], alphabet: NAME, min: 20 },
  { what: "Buildkite", prefixes: ["bkua_"], alphabet: HEX, min: 40, max: 40 },
  { what: "CircleCI", prefixes: ["CCIPAT_", "CCIPRJ_"], alphabet: WORD, min: 20 },
  { what: "age", prefixes: ["AGE-SECRET-KEY-1"], alphabet: alphabetOf(UPPER + DIGITS), min: 40 }
];
var JWT = {
  /** `{"a` to `{"z`. */
  prefixes: [...LOWER].map((letter) => Buffer.from(`{"${letter}`).toString("base64")),
  header: NAME,
  /** What comes behind the header, and shows it to be one. */
  next: Buffer.from(".eyJ"),
  rest: alphabetOf(`${UPPER}${LOWER}${DIGITS}_-.`),
  /** A longer header is none. */
  maxHeaderBytes: 2048
};
var PRIVATE_KEY = {
  prefix: "-----BEGIN ",
  label: alphabetOf(`${UPPER}${DIGITS} `),
  isSecret: (label) => label.includes("PRIVATE KEY"),
  dashes: Buffer.from("-----"),
  maxLabelBytes: 40,
  // Lines of base64, also with their ends written as \n, and the headers of an encrypted one.
  rest: withBlankAfterColon(alphabetOf(`${UPPER}${LOWER}${DIGITS}+/=-\r
	\\:,`))
};
function withBlankAfterColon(alphabet) {
  alphabet[32] = 2;
  return alphabet;
}

// cli/logs/mask.ts
var MIN_MASKED_LENGTH = 4;
var MASK = Buffer.from("***");
function openMasker(values) {
  const search = searchFor(patternsFor(values));
  let held = Buffer.alloc(0);
  let room = Buffer.alloc(0);
  let settled2 = 0;
  let open4 = [];
  let lastByte = 0;
  function take(bytes, fresh, isEnd) {
    const runs = runsIn(bytes);
    const shown = [];
    let at = settled2;
    const stillOpen = [];
    const hide = (end, goesOn) => {
      at = Math.max(at, end);
      if (goesOn && end === bytes.length && !stillOpen.includes(goesOn)) stillOpen.push(goesOn);
    };
    for (const alphabet of open4) hide(runs.endOf(alphabet, fresh, lastByte), alphabet);
    let from = 0;
    let undecidedAt = -1;
    for (; ; ) {
      const candidate = search.next(bytes, from);
      if (candidate === -1) break;
      const verdict = verdictOn(search.patternsAt(bytes, candidate), { bytes, at: candidate, runs, isEnd });
      if (verdict === "undecided") {
        undecidedAt = candidate;
        break;
      }
      if (verdict !== "nothing") {
        if (candidate >= at) {
          if (candidate > at) shown.push(bytes.subarray(at, candidate));
          shown.push(MASK);
        }
        hide(verdict.end, verdict.open);
      }
      from = candidate + 1;
    }
    const keep = isEnd ? bytes.length : undecidedAt !== -1 ? undecidedAt : search.firstBeginning(bytes, from);
    if (keep > at) {
      shown.push(bytes.subarray(at, keep));
      at = keep;
    }
    open4 = stillOpen;
    if (bytes.length > 0) lastByte = bytes[bytes.length - 1] ?? 0;
    held = Buffer.from(bytes.subarray(keep));
    settled2 = at - keep;
    return shown;
  }
  return {
    push(chunk) {
      const fresh = held.length;
      if (fresh === 0) return take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), 0, false);
      const length = fresh + chunk.byteLength;
      if (room.length < length) room = Buffer.allocUnsafeSlow(length);
      room.set(held);
      room.set(chunk, fresh);
      return take(room.subarray(0, length), fresh, false);
    },
    end: () => take(held, held.length, true),
    skip() {
      held = Buffer.alloc(0);
      settled2 = 0;
      open4 = [PRIVATE_KEY.rest];
      lastByte = 0;
    }
  };
}
function patternsFor(values) {
  const distinct2 = new Map(values.map((value) => [Buffer.from(value).toString("latin1"), Buffer.from(value)]));
  return [
    ...[...distinct2.values()].map((bytes) => ({ kind: "value", bytes })),
    ...TOKEN_SHAPES.flatMap(
      (shape) => shape.prefixes.map((prefix) => ({ kind: "token", shape, bytes: Buffer.from(prefix) }))
    ),
    ...JWT.prefixes.map((prefix) => ({ kind: "jwt", bytes: Buffer.from(prefix) })),
    { kind: "private_key", bytes: Buffer.from(PRIVATE_KEY.prefix) }
  ];
}
var WINDOW = MIN_MASKED_LENGTH;
var NONE = [];
function searchFor(patterns) {
  const leaps = new Uint8Array(65536).fill(WINDOW - 1);
  const byLastPair = /* @__PURE__ */ new Map();
  const byFirstByte = /* @__PURE__ */ new Map();
  for (const pattern of patterns) {
    const { bytes } = pattern;
    if (bytes.length < WINDOW) throw new Error(`a masked value has fewer than ${WINDOW} bytes`);
    for (let end = 2; end <= WINDOW; end++) {
      const pair = pairAt(bytes, end - 2);
      leaps[pair] = Math.min(leaps[pair] ?? 0, WINDOW - end);
    }
    addTo(byLastPair, pairAt(bytes, WINDOW - 2), pattern);
    addTo(byFirstByte, bytes[0] ?? 0, pattern);
  }
  return {
    next(bytes, from) {
      const last = bytes.length - WINDOW;
      let at = from;
      while (at <= last) {
        const leap = leaps[bytes[at + 2] << 8 | bytes[at + 3]];
        if (leap === 0) return at;
        at += leap;
      }
      return -1;
    },
    patternsAt: (bytes, at) => byLastPair.get(pairAt(bytes, at + WINDOW - 2)) ?? NONE,
    firstBeginning(bytes, from) {
      for (let at = Math.max(from, bytes.length - WINDOW + 1); at < bytes.length; at++) {
        const rest = bytes.subarray(at);
        const isBeginning = (pattern) => pattern.bytes.subarray(0, rest.length).equals(rest);
        if (byFirstByte.get(bytes[at] ?? 0)?.some(isBeginning)) return at;
      }
      return bytes.length;
    }
  };
}
function pairAt(bytes, at) {
  return (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0);
}
function addTo(table, key, pattern) {
  const list = table.get(key);
  if (list) list.push(pattern);
  else table.set(key, [pattern]);
}
function verdictOn(patterns, place) {
  let longest = null;
  let isUndecided = false;
  for (const pattern of patterns) {
    const verdict = verdictOf(pattern, place);
    if (verdict === "undecided") isUndecided = true;
    else if (verdict !== "nothing" && (longest === null || verdict.end > longest.end)) longest = verdict;
  }
  if (isUndecided && !place.isEnd) return "undecided";
  return longest ?? "nothing";
}
function verdictOf(pattern, place) {
  const { bytes, at } = place;
  const end = at + pattern.bytes.length;
  const isHere = compared(bytes, at, pattern.bytes);
  if (isHere !== true) return isHere === false ? "nothing" : "undecided";
  switch (pattern.kind) {
    case "value":
      return { end, open: null };
    case "token":
      return tokenFrom(end, pattern.shape, place);
    case "jwt":
      return jwtFrom(end, place);
    case "private_key":
      return privateKeyFrom(end, place);
  }
}
function compared(bytes, at, expected) {
  const length = Math.min(expected.length, bytes.length - at);
  const first = Math.min(length, FIRST_BYTES);
  for (let index = 0; index < first; index++) if (bytes[at + index] !== expected[index]) return false;
  if (length > first && bytes.compare(expected, first, length, at + first, at + length) !== 0) return false;
  return length === expected.length ? true : null;
}
var FIRST_BYTES = 16;
function tokenFrom(body, { alphabet, min, max }, { bytes, runs }) {
  const runEnd = runs.endOf(alphabet, body);
  if (runEnd - body < min) return runEnd === bytes.length ? "undecided" : "nothing";
  return max === void 0 ? { end: runEnd, open: alphabet } : { end: Math.min(runEnd, body + max), open: null };
}
function jwtFrom(start2, { bytes, runs }) {
  const headerEnd = runs.endOf(JWT.header, start2);
  if (headerEnd - start2 > JWT.maxHeaderBytes) return "nothing";
  const hasNext = compared(bytes, headerEnd, JWT.next);
  if (hasNext !== true) return hasNext === false ? "nothing" : "undecided";
  return { end: runs.endOf(JWT.rest, headerEnd), open: JWT.rest };
}
function privateKeyFrom(start2, { bytes, runs }) {
  const labelEnd = runs.endOf(PRIVATE_KEY.label, start2);
  if (labelEnd - start2 > PRIVATE_KEY.maxLabelBytes) return "nothing";
  const hasDashes = compared(bytes, labelEnd, PRIVATE_KEY.dashes);
  if (hasDashes !== true) return hasDashes === false ? "nothing" : "undecided";
  if (!PRIVATE_KEY.isSecret(bytes.toString("latin1", start2, labelEnd))) return "nothing";
  return { end: runs.endOf(PRIVATE_KEY.rest, labelEnd), open: PRIVATE_KEY.rest };
}
function runsIn(bytes) {
  const known = /* @__PURE__ */ new Map();
  return {
    endOf(alphabet, from, byteBefore = 0) {
      const last = known.get(alphabet);
      if (last && from >= last.from && from <= last.end) return last.end;
      let end = from;
      let before = byteBefore;
      for (; end < bytes.length; end++) {
        const byte = bytes[end];
        const kind = alphabet[byte];
        if (kind === 0 || kind === 2 && before !== COLON) break;
        before = byte;
      }
      known.set(alphabet, { from, end });
      return end;
    }
  };
}
var COLON = 58;

// cli/logs/typescript.ts
var HEAD = Buffer.from("Script started on ");
var FOOT = Buffer.from("\nScript done on ");
var NEWLINE = 10;
function openTypescript() {
  let held = Buffer.alloc(0);
  let isHeadOver = false;
  return {
    push(chunk) {
      let bytes = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      if (!isHeadOver) {
        const isHead = bytes.subarray(0, HEAD.length).equals(HEAD.subarray(0, bytes.length));
        const lineEnd = isHead ? bytes.indexOf(NEWLINE) : -1;
        held = bytes;
        if (isHead && lineEnd === -1) return [];
        isHeadOver = true;
        bytes = bytes.subarray(lineEnd + 1);
      }
      const foot = footIn(bytes);
      held = bytes.subarray(foot);
      return foot === 0 ? [] : [bytes.subarray(0, foot)];
    },
    end() {
      const isFoot = held.subarray(0, FOOT.length).equals(FOOT);
      return isFoot || held.length === 0 ? [] : [held];
    }
  };
}
function footIn(bytes) {
  const whole = bytes.lastIndexOf(FOOT);
  if (whole !== -1) {
    const lineEnd = bytes.indexOf(NEWLINE, whole + 1);
    if (lineEnd === -1 || lineEnd === bytes.length - 1) return whole;
  }
  for (let at = Math.max(0, bytes.length - FOOT.length + 1); at < bytes.length; at++)
    if (bytes.subarray(at).equals(FOOT.subarray(0, bytes.length - at))) return at;
  return bytes.length;
}

// cli/logs/copy.ts
var MAX_WAITING_BYTES = WHOLE_BYTES / 4;
var SHARE_OF_TIME = 4;
var TURN_MS = 2;
var PIECE_BYTES = 64 * 1024;
function openCopy(spool, masked) {
  const writer = spoolWriter(spool);
  const streams = [];
  const waiting = [];
  const interrupted = /* @__PURE__ */ new Set();
  let waitingBytes = 0;
  let ring = null;
  let ringEnd = 0;
  let failure = null;
  let isOver2 = false;
  let isScheduled = false;
  const guarded = (work) => {
    try {
      if (!isOver2) work();
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      isOver2 = true;
    }
  };
  const takeOldest = () => {
    const oldest = waiting.shift();
    if (oldest) waitingBytes -= oldest.length;
    return oldest;
  };
  const leaveOutOldest = () => {
    const oldest = takeOldest();
    if (!oldest) return;
    writer.leaveOut(oldest.length);
    interrupted.add(oldest.stream);
  };
  const copyOldest = () => {
    const oldest = takeOldest();
    if (!oldest || !ring) return;
    const { stream, from, length } = oldest;
    const bytes = ring.subarray(from, from + length);
    const rest = interrupted.has(stream) ? stream.skipTo(bytes) : bytes;
    if (rest.length < length) writer.leaveOut(length - rest.length);
    if (rest.length === 0) return;
    interrupted.delete(stream);
    stream.copy(rest);
  };
  const wait = (stream, bytes) => {
    const room = ring ?? Buffer.allocUnsafeSlow(MAX_WAITING_BYTES);
    ring = room;
    while (waitingBytes + bytes.length > MAX_WAITING_BYTES && !isOver2) guarded(leaveOutOldest);
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + MAX_WAITING_BYTES - ringEnd);
      const last = waiting.at(-1);
      const isMore = last?.stream === stream && last.from + last.length === ringEnd && last.length < PIECE_BYTES;
      if (isMore) last.length += piece.length;
      else waiting.push({ stream, from: ringEnd, length: piece.length });
      room.set(piece, ringEnd);
      ringEnd = (ringEnd + piece.length) % MAX_WAITING_BYTES;
      waitingBytes += piece.length;
      done += piece.length;
    }
  };
  const copyInTurn = () => {
    const startedAt = performance.now();
    isScheduled = waiting.length > 0 && !isOver2;
    while (waiting.length > 0 && performance.now() - startedAt < TURN_MS && !isOver2) guarded(copyOldest);
    if (isScheduled) setTimeout(copyInTurn, (performance.now() - startedAt) * (SHARE_OF_TIME - 1));
  };
  return {
    stream(isTypescript) {
      const masker = openMasker(masked);
      const typescript = isTypescript ? openTypescript() : null;
      const record = (parts) => {
        const [first, ...others] = parts;
        if (first) writer.append(others.length === 0 ? first : Buffer.concat(parts));
      };
      const stream = {
        copy(bytes) {
          for (const part of typescript ? typescript.push(bytes) : [bytes]) record(masker.push(part));
        },
        // The copy goes on with a line: what comes before may be the end of a secret.
        skipTo(bytes) {
          masker.skip();
          const lineEnd = bytes.indexOf("\n");
          return lineEnd === -1 ? bytes.subarray(bytes.length) : bytes.subarray(lineEnd + 1);
        },
        end() {
          for (const part of typescript?.end() ?? []) record(masker.push(part));
          record(masker.end());
        }
      };
      streams.push(stream);
      return {
        push(bytes) {
          if (isOver2) return;
          const isWhole = waiting.length === 0 && writer.length() + bytes.length <= WHOLE_BYTES;
          if (isWhole) return guarded(() => stream.copy(bytes));
          wait(stream, bytes);
          if (!isScheduled) setTimeout(copyInTurn);
          isScheduled = true;
        }
      };
    },
    end() {
      while (waiting.length > 0 && !isOver2) guarded(copyOldest);
      for (const stream of streams) guarded(stream.end);
      isOver2 = true;
    },
    abandon() {
      isOver2 = true;
      waiting.length = 0;
    },
    failure: () => failure
  };
}

// cli/logs/relay.ts
var BUFFER_BYTES = 65536;
var FULL_MS = 5;
function relay({ spool, streams, folder }) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"])
    process.on(signal, () => {
    });
  let copy = null;
  const passed = [];
  let isTold = false;
  const tellDrained = (then = () => {
  }) => {
    if (isTold || !process.connected) return then();
    isTold = true;
    process.send?.({ kind: "drained", failure: copy?.failure() ?? null }, then);
  };
  const begin = () => {
    for (const stream of streams) passed.push(passOn(stream, copy?.stream(stream.isTypescript) ?? null));
    Promise.all(passed.map(({ isOver: isOver2 }) => isOver2)).then(() => {
      if (folder !== null) rmSync3(folder, { recursive: true, force: true });
      endCopy();
      tellDrained(() => process.connected && process.disconnect());
    });
  };
  const endCopy = () => {
    if (!isTold) copy?.end();
  };
  process.on("message", async (order) => {
    if (order.kind === "begin") {
      copy = openCopy(
        spool,
        order.masked.map((text) => Buffer.from(text, "latin1"))
      );
      return begin();
    }
    await Promise.all(passed.map(({ drain }) => drain()));
    endCopy();
    tellDrained();
  });
  process.once("disconnect", () => {
    copy?.abandon();
    if (passed.length === 0) begin();
  });
}
function passOn({ from, to }, copied) {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let working = Promise.resolve();
  const take = async (count) => {
    const bytes = buffer.subarray(0, count);
    const written = to === null ? null : writeWhole2(to, bytes);
    copied?.push(bytes);
    await written;
  };
  const socket = new Socket({
    fd: from,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(count) {
        working = take(count).then(resume, () => void socket.destroy());
        return false;
      }
    }
  });
  const resume = () => void socket.resume();
  const isOver2 = new Promise((resolve2) => {
    socket.once("close", () => resolve2());
  });
  socket.once("end", () => socket.destroy());
  socket.on("error", () => {
  });
  socket.resume();
  return {
    isOver: isOver2,
    async drain() {
      socket.pause();
      await working;
      socket.pause();
      try {
        for (let count = readNow(from, buffer); count > 0 && !socket.destroyed; count = readNow(from, buffer))
          await take(count);
      } catch {
        socket.destroy();
      }
      resume();
    }
  };
}
function readNow(fd, buffer) {
  try {
    return readSync2(fd, buffer);
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return 0;
    throw error;
  }
}
async function writeWhole2(fd, bytes) {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += await writeSome(fd, bytes.subarray(done));
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      await sleep(FULL_MS);
    }
  }
}
function writeSome(fd, bytes) {
  return new Promise((resolve2, reject) => {
    write(fd, bytes, (error, count) => error ? reject(error) : resolve2(count));
  });
}
function codeOf(error) {
  return error.code;
}

// src/domain/formats/word-table.ts
function wordTable(rows) {
  return new Map(Object.entries(rows));
}

// cli/terminal/examples.ts
var EXAMPLES = wordTable({
  "": [
    "buildpass run -- make test",
    "buildpass run --tests reports/*.xml --artifacts dist -- npm test",
    "buildpass download release/app.tar --branch main",
    "buildpass status --exit-status && ./deploy"
  ],
  run: [
    "buildpass run -- make test",
    'buildpass run --job "test (node 22)" --tests "reports/**/*.xml" --artifacts dist coverage -- npm test',
    'buildpass run --quarantine --tests "reports/*.xml" -- npm test',
    'buildpass run --branch main --revision "$(git rev-parse HEAD)" --id "nightly-$(date +%F)" -- ./nightly.sh'
  ],
  step: [
    "buildpass step lint -- make lint",
    "buildpass report start && buildpass step build -- make && buildpass step test -- make test"
  ],
  "report start": ["buildpass report start"],
  "report finish": [
    "buildpass report finish --status success",
    'make test; buildpass report finish --exit-code $? --tests "reports/*.xml"',
    "buildpass report finish --build 42 --status canceled"
  ],
  upload: [
    "buildpass upload dist",
    'buildpass upload "dist/**/*.tar.gz" --root dist --prefix release',
    "buildpass upload big.iso --build 42 --overwrite"
  ],
  download: [
    "buildpass download",
    "buildpass download release/app.tar --branch main --to /tmp",
    'buildpass download "**/*.xml" --build 42 --flat --to reports'
  ],
  status: ["buildpass status", "buildpass status --project gh/acme/web --branch release --exit-status"],
  tests: [
    "buildpass tests",
    "buildpass tests --build 42 --failed",
    "buildpass tests --branch main --json | jq .summary"
  ],
  "tests mute": ['buildpass tests mute 17 --reason "times out, see #12" --until 14d'],
  "tests unmute": ["buildpass tests unmute 17"],
  "tests muted": ["buildpass tests muted"],
  share: [
    "buildpass share dist/app.zip --build 42",
    'buildpass share dist/app.zip --latest --branch release --expires 30d --uses 10 --label "for the auditors"',
    "buildpass share coverage --report --build 42"
  ],
  "share list": ["buildpass share list", "buildpass share list --json"],
  "share end": ["buildpass share end 0b7c…"],
  "token create": [
    'buildpass token create --project gh/acme/web --label "README badge" --scope status --only badges',
    "buildpass token create --personal --label laptop --expires 90d",
    "buildpass token create --personal --label monitor --access read --cidr 192.0.2.0/24"
  ],
  "token list": ["buildpass token list --project gh/acme/web", "buildpass token list --personal --json"],
  "token rotate": ["buildpass token rotate 0b7c… --project gh/acme/web --overlap 7d"],
  "token delete": [
    "buildpass token delete 0b7c… --project gh/acme/web",
    "buildpass token delete - --personal < found-secret.txt"
  ],
  login: ["buildpass login --url https://builds.example.com", "pass show buildpass | buildpass login"]
});

// cli/terminal/exit.ts
var EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  not_found: 4,
  conflict: 5,
  unreachable: 6,
  corrupt: 7,
  not_green: 8,
  left_out: 9
};
var EXIT_MEANING = {
  ok: "done",
  failed: "the server said no to what was asked, or a file could not be read or written",
  usage: "wrong usage: an unknown option, a setting that is missing, a glob that matches nothing (what others match is sent)",
  refused: "the token is missing, wrong or expired (401), or does not permit this (403)",
  not_found: "no such project, build, artifact or token (404)",
  conflict: "the build has other bytes at that path (409)",
  unreachable: "the server could not be reached, or stayed busy, after all retries",
  corrupt: "the bytes are not what their digest says",
  not_green: "`status --exit-status`: the newest result is not a success",
  left_out: "something was left out, and `--strict` was said or nothing else was there to send"
};
var OTHER_CODES = {
  "126": "`run`: the command cannot be run, as a file that is no program",
  "127": "`run`: there is no such command",
  "128 + n": "signal n ended the command of `run`, or stopped `upload` or `download` (130 for Ctrl-C)"
};
var CliError = class extends Error {
  failure;
  /** What to do about it. */
  hint;
  /** The HTTP status, where a server's answer was the reason. */
  status;
  /** Why the server refused, by its word for programs; null where it gave none, as older ones do, or one that is not known. */
  code;
  /** The server's reasons for each refused field. */
  problems;
  constructor(failure, message, more = {}) {
    super(message, { cause: more.cause });
    this.failure = failure;
    this.hint = more.hint ?? null;
    this.status = more.status ?? null;
    this.code = more.code ?? null;
    this.problems = more.problems ?? [];
  }
};
function usageError(message, hint) {
  return new CliError("usage", message, { hint: hint ?? null });
}

// cli/terminal/output.ts
import { isatty as isatty3 } from "node:tty";

// src/domain/formats/visible-text.ts
function visibleText(text) {
  return text.replace(UNUSUAL, (run2) => HIDDEN.test(run2) ? visibleRun(run2) : run2).replace(UNSEEN_SPACE, codePointOf);
}
function visibleLine(text) {
  return visibleText(text).replace(/[\t\n\r]/g, codePointOf);
}
function writtenOut(text, write2) {
  return text.replace(ALL_HIDDEN, write2).replace(UNSEEN_SPACE, write2);
}
function visibleRun(run2) {
  return run2.replace(shownOrHidden(), (part, hidden) => hidden ? codePointOf(hidden) : part);
}
function codePointOf(character) {
  return `␣U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
var UNUSUAL = /[#*\d]?[^\t\n\r -~]+/g;
var HIDDEN = new RegExp("[[\\p{Cc}--[\\t\\n\\r]][\\p{Cf}--[\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}]]\\p{Cs}\\p{Zl}\\p{Zp}\\p{DI}\\p{NChar}\\u2800\\u{13441}\\u{13442}\\u{16fe4}\\u{1d159}]", "v");
var UNSEEN_SPACE = new RegExp('[\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000](?:(?<=(?:^|[\\s"<>]).)|(?=$|[\\s"<>]))|(?<=\\p{L})[\\u2006\\u2008-\\u200a\\u202f\\u205f](?=\\p{L})', "gv");
var ALL_HIDDEN = new RegExp(HIDDEN.source, "gv");
var SHOWN = [
  // In an emoji (UTS 51), but not behind just anything: any number of selectors could hide there.
  String.raw`(?=[\p{Emoji}])\p{RGI_Emoji}|\p{Extended_Pictographic}[\ufe0e\ufe0f]`,
  // A non-joiner between Arabic letters that would join without it (RFC 5892 A.1).
  String.raw`(?<=[[[\u0620-\u06ff]&&\p{L}]--[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef]]\p{M}*)\u200c(?=[[[\u0620-\u06ff]&&\p{L}]--[\u0621\u0674\u06d5]])`,
  // A joiner or non-joiner behind a virama (RFC 5892 A.1, A.2).
  String.raw`(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca])[\u200c\u200d](?=\p{L})`
];
var both;
function shownOrHidden() {
  both ??= new RegExp(`${SHOWN.join("|")}|(${HIDDEN.source})`, "gv");
  return both;
}

// cli/terminal/say.ts
import { fstatSync as fstatSync3, statSync, writeSync as writeSync2 } from "node:fs";
import { Writable } from "node:stream";
import { isatty as isatty2 } from "node:tty";

// cli/terminal/system-error.ts
var HINTS = wordTable({
  EACCES: "Run as a user who may, or change its mode.",
  EPERM: "Run as a user who may, or change its mode.",
  EROFS: "Choose a place that can be written to.",
  ENOSPC: "Make room, and run the same command again.",
  EDQUOT: "Make room, and run the same command again.",
  EFBIG: "Raise the limit (ulimit -f), or choose another place: this one takes no file of that size.",
  EMFILE: "Raise the limit (ulimit -n); a transfer needs fewer with a lower --parallel.",
  ENFILE: "The whole system has too many files open: try again later.",
  ENOMEM: "Try again when there is more memory; a transfer needs less with a lower --parallel.",
  ENOENT: "Was it removed meanwhile? Name what is there.",
  ENOTDIR: "A file is where a folder should be: choose another place.",
  EISDIR: "A folder is where a file should be: choose another place.",
  EEXIST: "Something else is there: choose another place.",
  ENAMETOOLONG: "The file system takes no name of that length: choose a shorter one, or another place.",
  ELOOP: "Its links lead in a circle: mend them.",
  EBUSY: "Something else uses it: try again later.",
  ETXTBSY: "It is a program that runs: try again later.",
  EIO: "Is the disk, or the network that it is on, in order?",
  ESTALE: "Is the disk, or the network that it is on, in order?",
  EPIPE: "Whoever should read it is gone.",
  EAGAIN: "The system is short of something: try again later."
});
function isSystemError(error) {
  return error instanceof Error && "syscall" in error && "code" in error;
}
function systemFailure(error, path) {
  if (!isSystemError(error)) return error;
  const where = path ?? error.path ?? (error.syscall === "uv_cwd" ? "the current folder" : error.syscall);
  return new CliError("failed", `${where}: ${systemWords(error)}`, { hint: HINTS.get(error.code ?? ""), cause: error });
}
function withPath(path, work) {
  try {
    return work();
  } catch (error) {
    if (isSystemError(error)) error.path ??= path;
    throw error;
  }
}
function systemWords({ code, message }) {
  const [, words] = /^[A-Z0-9]+: (.+?)(, |$)/.exec(message) ?? [];
  return words ? `${words} (${code})` : message;
}
function systemCodeOf(error) {
  if (isSystemError(error)) return error.code ?? null;
  return error instanceof Error && error.cause !== void 0 ? systemCodeOf(error.cause) : null;
}

// cli/terminal/say.ts
function say(where, text) {
  try {
    writeAll(where === "stdout" ? 1 : 2, text);
  } catch (error) {
    if (where === "stdout" && !isUnread(error)) throw systemFailure(error, "standard output");
  }
}
function sayToReader(text) {
  try {
    writeAll(1, text);
  } catch (error) {
    throw systemFailure(error, "standard output");
  }
}
function sayIfWritable(text) {
  try {
    writeAll(1, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
function isNowhere(where) {
  if (process.platform === "win32") return false;
  const place = fstatSync3(where === "stdout" ? 1 : 2);
  return place.isCharacterDevice() && place.rdev === statSync("/dev/null").rdev;
}
function writeAll(fd, text) {
  let left = typeof text === "string" ? Buffer.from(text) : text;
  while (left.byteLength > 0) {
    try {
      left = left.subarray(writeSync2(fd, left));
    } catch (error) {
      if (!isFull(error)) throw error;
      Atomics.wait(PAUSE, 0, 0, 10);
    }
  }
}
function replaceOutputStreams() {
  for (const [name, fd] of [
    ["stdout", 1],
    ["stderr", 2]
  ]) {
    if (isatty2(fd)) continue;
    const value = new Writable({
      write(chunk, _encoding, done) {
        say(name, chunk);
        done();
      }
    });
    Object.defineProperty(process, name, { configurable: true, value });
  }
}
var PAUSE = new Int32Array(new SharedArrayBuffer(4));
function isFull(error) {
  return error.code === "EAGAIN";
}
function isUnread(error) {
  return error.code === "EPIPE";
}

// cli/terminal/output.ts
function openOutput({ json = false, quiet = false }) {
  const isLive = isatty3(2) && !process.env.CI && !quiet && process.env.TERM !== "dumb";
  return {
    json,
    isLive,
    result(lines2, value) {
      const text = json ? jsonText(value) : [lines2].flat().map(visibleLine).join("\n");
      if (text !== "") say("stdout", `${text}
`);
    },
    secret: (line, value) => sayToReader(`${json ? jsonText(value) : line}
`),
    note: (text) => void (quiet || say("stderr", `${visibleLine(text)}
`)),
    warn: (text) => say("stderr", `buildpass: ${visibleLine(text)}
`)
  };
}
function reportFailure(thrown, json, more = {}) {
  const error = systemFailure(thrown);
  if (!(error instanceof CliError)) {
    say("stderr", `buildpass: this is a bug in buildpass: ${error instanceof Error ? error.stack : error}
`);
    return EXIT.failed;
  }
  const { failure, message, hint, status } = error;
  say("stderr", `buildpass: ${visibleLine(message)}
${hint ? `  ${visibleLine(hint)}
` : ""}`);
  if (json) sayIfWritable(`${jsonText({ error: { code: failure, message, hint, status }, ...more })}
`);
  return EXIT[failure];
}
function jsonText(value) {
  return writtenOut(JSON.stringify(value, null, 2), escapeOf);
}
function escapeOf(character) {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
var UNITS = ["B", "KiB", "MiB", "GiB"];
function sizeText(bytes) {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}
function countText(files) {
  return files === 1 ? "1 file" : `${files} files`;
}
function tableText(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map(
    (row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
}

// cli/verbs/download.ts
var import_picomatch = __toESM(require_picomatch2(), 1);

// src/domain/builds/build.ts
var BUILD_STATUS = {
  queued: { lifecycle: "queued", outcome: null, class: "waiting", rank: 0 },
  not_running: { lifecycle: "not_running", outcome: null, class: "waiting", rank: 1 },
  running: { lifecycle: "running", outcome: null, class: "blue", rank: 2 },
  not_run: { lifecycle: "not_run", outcome: null, class: "stopped", rank: 3 },
  retried: { lifecycle: "finished", outcome: null, class: "stopped", rank: 4 },
  canceled: { lifecycle: "finished", outcome: "canceled", class: "stopped", rank: 5 },
  no_tests: { lifecycle: "finished", outcome: "no_tests", class: "red", rank: 6 },
  success: { lifecycle: "finished", outcome: "success", class: "green", rank: 7 },
  fixed: { lifecycle: "finished", outcome: "success", class: "green", rank: 7 },
  infrastructure_fail: { lifecycle: "finished", outcome: "infrastructure_fail", class: "stopped", rank: 8 },
  timedout: { lifecycle: "finished", outcome: "timedout", class: "red", rank: 9 },
  failed: { lifecycle: "finished", outcome: "failed", class: "red", rank: 10 }
};
function parseReportedStatus(text) {
  if (text === "fixed") return "success";
  return Object.hasOwn(BUILD_STATUS, text) ? text : null;
}
var STAGE_OVER = 2;
function stageOf(status) {
  const { lifecycle } = BUILD_STATUS[status];
  if (lifecycle === "finished" || lifecycle === "not_run") return STAGE_OVER;
  return lifecycle === "running" ? 1 : 0;
}
function isOver(status) {
  return stageOf(status) === STAGE_OVER;
}
var BUILD_FILTERS = ["successful", "completed", "failed", "running", "none"];

// src/domain/formats/encoding.ts
function toHex(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
function fromHex(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
var PIECE_BYTES2 = 3 * 4096;

// src/domain/artifacts/artifact-digest.ts
function digestText(digest) {
  switch (digest.kind) {
    case "sha256":
      return `sha256:${digest.hex}`;
    case "sha256-parts":
      return `sha256-parts:${digest.partSizeBytes}:${digest.hex}`;
    case "crc32":
      return `crc32:${digest.hex}`;
  }
}
function parseArtifactDigest(text) {
  const [, crc] = /^crc32:([0-9a-f]{8})$/.exec(text) ?? [];
  if (crc !== void 0) return { kind: "crc32", hex: crc };
  const [, whole, partSize, parts] = /^sha256(?::([0-9a-f]{64})|-parts:([1-9]\d{0,11}):([0-9a-f]{64}))$/.exec(text) ?? [];
  if (whole !== void 0) return { kind: "sha256", hex: whole };
  if (partSize === void 0 || parts === void 0) return null;
  return { kind: "sha256-parts", partSizeBytes: Number(partSize), hex: parts };
}
async function digestOfParts(partSizeBytes, partsHex) {
  const joined2 = new Uint8Array(32 * partsHex.length);
  partsHex.forEach((hex, i) => {
    joined2.set(fromHex(hex), 32 * i);
  });
  return { kind: "sha256-parts", partSizeBytes, hex: toHex(await crypto.subtle.digest("SHA-256", joined2)) };
}

// src/domain/error.ts
var ERROR_CODES = [
  "login_required",
  "invalid_token",
  "expired_token",
  "early_token",
  "query_token_refused",
  "invalid_signature",
  "permission_denied",
  "project_not_found",
  "build_not_found",
  "job_not_found",
  "pipeline_not_found",
  "workflow_not_found",
  "run_not_found",
  "organization_not_found",
  "artifact_not_found",
  "upload_not_found",
  "pack_not_found",
  "env_var_not_found",
  "dispatch_target_not_found",
  "listener_not_found",
  "share_not_found",
  "test_not_found",
  "usage_not_found",
  "step_not_found",
  "log_not_found",
  "token_not_found",
  "user_not_found",
  "route_not_found",
  "method_not_allowed",
  "invalid_input",
  "digest_mismatch",
  "conflict",
  "right_changed",
  "project_exists",
  "webhook_exists",
  "last_admin",
  "limit_reached",
  "already_expired",
  "other_pipeline",
  "other_bytes",
  "pack_broken",
  "missing_parts",
  "other_parts",
  "upload_complete",
  "log_offset",
  "log_differs",
  "log_complete",
  "no_dispatch_target",
  "cannot_cancel",
  "nothing_to_run",
  "other_repository",
  "webhook_not_found",
  "publisher_not_found",
  "done_before",
  "length_required",
  "too_large",
  "client_gone",
  "path_too_long",
  "unsupported_media_type",
  "headers_too_large",
  "precondition_failed",
  "range_not_satisfiable",
  "too_many_requests",
  "unavailable",
  "not_configured",
  "not_implemented",
  "internal_error"
];

// cli/server/retry.ts
import { setTimeout as sleep2 } from "node:timers/promises";
var TransientError = class extends Error {
  /** How long the server asked us to wait. */
  retryAfterMs;
  /** The HTTP status; null where no answer came. */
  status;
  /** What may never go well, as a name that does not resolve, is not worth the whole budget. */
  isDoubtful;
  /** Some bytes were sent before it failed: then the time for retries starts again. */
  hadProgress = false;
  constructor(message, more = {}) {
    super(message, { cause: more.cause });
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.status = more.status ?? null;
    this.isDoubtful = more.isDoubtful ?? false;
  }
};
var FIRST_DELAY_MS = 500;
var MAX_DELAY_MS = 2e4;
var MAX_DOUBTFUL_RETRIES = 2;
async function withRetries(attempt2, options2) {
  let failingSince = null;
  let retry = 0;
  for (; ; ) {
    try {
      return await attempt2();
    } catch (error) {
      if (!(error instanceof TransientError) || options2.signal.aborted) throw error;
      if (error.hadProgress || failingSince === null) {
        failingSince = performance.now();
        retry = 0;
      }
      const delayMs = delayFor(retry, error.retryAfterMs, options2.random);
      const isLate = performance.now() - failingSince + delayMs > options2.budgetMs;
      if (isLate || error.isDoubtful && retry >= MAX_DOUBTFUL_RETRIES) throw error;
      options2.onRetry(error, delayMs);
      await sleep2(delayMs, void 0, { signal: options2.signal });
      retry += 1;
    }
  }
}
function delayFor(retry, retryAfterMs, random = Math.random) {
  const backOff = random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** retry);
  return retryAfterMs === null ? Math.max(50, backOff) : retryAfterMs + random() * Math.min(1e3, retryAfterMs / 4);
}
function parseRetryAfter(header, now) {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1e3;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

// cli/server/http.ts
var IDLE_MS = 6e4;
function askJson(server, ask) {
  return retrying(
    server,
    `${ask.method} ${server.origin}${ask.path}`,
    () => tryOnce(server, ask, async (response) => jsonOf(await response.text()))
  );
}
async function retrying(server, name, attempt2) {
  try {
    return await withRetries(attempt2, {
      budgetMs: server.retryMs,
      signal: server.signal,
      onRetry: (error, delayMs) => server.warn(`${error.message}; trying again in ${(delayMs / 1e3).toFixed(1)} s (${name})`)
    });
  } catch (error) {
    if (server.signal.aborted) throw server.signal.reason;
    if (!(error instanceof TransientError)) throw error;
    const failure = error.status === 401 ? "refused" : "unreachable";
    throw new CliError(failure, `${name}: ${error.message}`, { status: error.status, cause: error });
  }
}
async function tryOnce(server, ask, read) {
  const token = ask.path === void 0 ? null : await server.credential.token();
  const idle = idleGuard(ask.idleMs ?? IDLE_MS, server.signal);
  try {
    const response = await send(server, ask, token, idle);
    if (response.status === 401 && token !== null && await server.credential.renew(token)) {
      await response.body?.cancel();
      return await tryOnce(server, ask, read);
    }
    if (isTransient(response, ask)) throw await busy(response);
    if (response.status >= 400 && !ask.answers?.includes(response.status)) throw await refusal(server, response, token);
    return await read(response, idle.touch);
  } catch (error) {
    throw server.signal.aborted ? server.signal.reason : networkErrorOf(error, ask, idle.isIdle());
  } finally {
    idle.end();
  }
}
function send(server, ask, token, idle) {
  const body = ask.json === void 0 ? ask.body?.() : new TextEncoder().encode(JSON.stringify(ask.json));
  const isStream = body !== void 0 && !(body instanceof Uint8Array);
  const init = {
    method: ask.method,
    redirect: "manual",
    signal: idle.signal,
    headers: {
      "User-Agent": server.userAgent,
      // Ours are artifacts' bytes as they are: a compressed answer would have other lengths and no ranges.
      "Accept-Encoding": "identity",
      ...token === null ? {} : { Authorization: `Bearer ${token}` },
      ...ask.json === void 0 ? {} : { "Content-Type": "application/json" },
      ...ask.headers
    },
    ...body === void 0 ? {} : { body: isStream ? touching(body, idle.touch) : body },
    ...isStream ? { duplex: "half" } : {}
  };
  return fetch(ask.url ?? server.origin + ask.path, init);
}
async function* touching(body, touch) {
  for await (const chunk of body) {
    touch();
    yield chunk;
  }
}
function idleGuard(idleMs, outer) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), idleMs);
  const abort = () => controller.abort();
  outer.addEventListener("abort", abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    touch: () => void timer.refresh(),
    isIdle: () => controller.signal.aborted && !outer.aborted,
    end() {
      clearTimeout(timer);
      outer.removeEventListener("abort", abort);
      controller.abort();
    }
  };
}
function isTransient(response, { isIdempotent = true }) {
  const { status } = response;
  if (status === 429 || status === 503 || isDoubtfulRefusal(response)) return true;
  return isIdempotent && (status === 408 || status >= 500 && status !== 501);
}
function isDoubtfulRefusal({ status, headers }) {
  return status === 401 && headers.has("Retry-After");
}
async function busy(response) {
  const retryAfterMs = parseRetryAfter(response.headers.get("Retry-After"), Date.now());
  const { message: said } = refusalIn(await response.text().catch(() => ""));
  return new TransientError(`the server answered ${response.status}${said ? ` (${said})` : ""}`, {
    retryAfterMs,
    status: response.status,
    isDoubtful: isDoubtfulRefusal(response)
  });
}
async function refusal(server, response, token) {
  const { status } = response;
  const { message, code, problems } = refusalIn(await response.text().catch(() => ""));
  const said = message ?? `The server answered ${status}.`;
  const told = { status, code, problems };
  const of = server.slug ? ` (project ${server.slug})` : "";
  if (status === 401)
    return new CliError("refused", said, { ...told, hint: `The token came from ${server.credential.source}.` });
  if (status === 403) return new CliError("refused", `${said}${of}`, { ...told, hint: server.credential.hint });
  if (status === 404)
    return new CliError("not_found", `${said}${of}`, {
      ...told,
      hint: code === "project_not_found" ? hintForAbsent(server, token) : null
    });
  return new CliError(status === 409 ? "conflict" : "failed", said, told);
}
function hintForAbsent({ credential }, token) {
  return token === null ? credential.hint : "A private project that the token does not belong to looks the same.";
}
function networkErrorOf(error, { isIdempotent = true }, isIdle) {
  if (isIdle) return new TransientError("nothing came for too long", { cause: error });
  if (!(error instanceof TypeError) || error instanceof CliError) return error;
  const cause = error.cause;
  if (cause instanceof CliError) return cause;
  const code = cause?.code ?? "";
  const said = cause?.message || code || error.message;
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return new CliError("unreachable", `The server's certificate is not accepted: ${said}`, { cause: error });
  if (said === "bad port")
    return new CliError("unreachable", "That port is none of a web server: no request is sent there.", { cause: error });
  const isBeforeSent = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT/.test(code);
  if (!isIdempotent && !isBeforeSent)
    return new CliError("unreachable", `The connection was lost (${said}): it is not known whether it was done.`, {
      cause: error
    });
  return new TransientError(`the connection failed (${said})`, { isDoubtful: code === "ENOTFOUND", cause: error });
}
var NOT_OURS = { message: null, code: null, problems: [] };
function refusalIn(text) {
  try {
    const { message, code, errors } = JSON.parse(text) ?? {};
    return {
      message: typeof message === "string" ? message : null,
      code: ERROR_CODES.find((known) => known === code) ?? null,
      problems: Array.isArray(errors) ? errors.map((one) => ({ path: `${one?.path}`, message: `${one?.message}` })) : []
    };
  } catch {
    return NOT_OURS;
  }
}
function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError("failed", "The answer is not JSON: is this the address of a Buildpass server?", { cause });
  }
}

// src/domain/project.ts
var VCS_NAMES = wordTable({ gh: "gh", github: "gh", bb: "bb", bitbucket: "bb", gl: "gl", gitlab: "gl" });
var NAME_SHAPE = /^[A-Za-z0-9_.-]{1,100}$/;
function parseVcs(text) {
  return VCS_NAMES.get(text) ?? null;
}
function parseSlugParts(vcsText, org, repo) {
  const vcs = parseVcs(vcsText);
  if (!vcs || !isName(org) || !isName(repo)) return null;
  return { vcs, org, repo };
}
function parseSlug(text) {
  const parts = text.split("/");
  return parts.length === 3 ? parseSlugParts(parts[0] ?? "", parts[1] ?? "", parts[2] ?? "") : null;
}
function slugText(slug) {
  return `${slug.vcs}/${slug.org}/${slug.repo}`;
}
function isName(text) {
  return NAME_SHAPE.test(text) && text !== "." && text !== "..";
}

// cli/ci/job.ts
import { randomUUID as randomUUID2 } from "node:crypto";
import { hostname } from "node:os";

// cli/ci/agent-command.ts
import { execFile } from "node:child_process";
function commandOutput(command, args) {
  return new Promise((resolve2) => {
    execFile(command, [...args], { timeout: 2e4 }, (error, stdout) => resolve2(error ? null : stdout.trim() || null));
  });
}

// src/domain/formats/rfc3339.ts
var DAY_SHAPE = /^\d{4}-\d{2}-\d{2}$/;
var TIME_SHAPE = /^(\d{4}-\d{2}-\d{2})[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
function parseDay(text) {
  const at = DAY_SHAPE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) ? at : null;
}
function parseTime(text) {
  const day = TIME_SHAPE.exec(text)?.[1];
  const at = day === void 0 || parseDay(day) === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

// src/domain/reporting/payload.ts
var MAX_LINE_LENGTH = 255;
function distinct(text, maxLength = MAX_LINE_LENGTH) {
  if (text.length <= maxLength) return text;
  const end = `…${digestOf(text)}`;
  return text.slice(0, maxLength - end.length).toWellFormed() + end;
}
function digestOf(text) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(36);
}
var LATEST_MS = Date.UTC(2200, 0);

// src/domain/tests/test-result.ts
function isBad(result) {
  return result === "failure" || result === "error";
}
var MAX_TEST_REPORT_BYTES = 16 * 1024 ** 2;
var MAX_TEST_RESULTS = 5e4;
var MAX_ATTEMPTS = 20;
var MAX_TEST_MESSAGE_LENGTH = 1e4;
var MAX_TEST_NAME_LENGTH = 1e3;
var UNKNOWN_TEST_SOURCE = "unknown";
function clipped(text, maxLength) {
  if (text.length <= maxLength) return text.toWellFormed();
  const kept = text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "");
  return `${kept.toWellFormed()}…`;
}

// cli/ci/words.ts
function firstOf(...values) {
  return values.find((value) => value !== void 0 && value !== null && value !== "") ?? null;
}
var HOSTS = wordTable({ "github.com": "gh", "gitlab.com": "gl", "bitbucket.org": "bb" });
function slugOfRemote(url, vcs = null) {
  const [, host = "", org, repo] = /^(?:[a-z+]+:\/\/)?(?:[^@/]+@)?([^:/]+)(?::\d+)?[:/]+([^/:]+)\/([^/]+?)(?:\.git)?\/?$/i.exec(url?.trim() ?? "") ?? [];
  const found = vcs ?? HOSTS.get(host.toLowerCase()) ?? guessVcs(host);
  return org && repo && found ? `${found}/${org}/${repo}` : null;
}
function guessVcs(host) {
  return /github/i.test(host) ? "gh" : /gitlab/i.test(host) ? "gl" : /bitbucket/i.test(host) ? "bb" : null;
}
function personOf(text) {
  if (!text) return null;
  const [, name, email] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  return email ? { ...name ? { name } : {}, email } : { name: text.trim() };
}
function messageOf(text) {
  const [subject = "", ...rest] = (text ?? "").trim().split("\n");
  return { subject: subject || null, body: rest.join("\n").trim() || null };
}
function indexOf(text, first = 0) {
  return text !== void 0 && /^\d{1,4}$/.test(text) ? Math.max(0, Number(text) - first) : 0;
}
function attemptOf(text, more = 0) {
  return text !== void 0 && /^\d{1,12}$/.test(text) && Number(text) + more > 0 ? { attempt: Number(text) + more } : {};
}
function lineFor(text, maxLength) {
  const line = (text ?? "").toWellFormed().replace(new RegExp("\\p{Cc}+", "gu"), " ").trim();
  return line === "" ? null : distinct(line, maxLength);
}
function proseFor(text, maxLength) {
  return text ? clipped(text.replace(/[^\P{Cc}\t\n\r]+/gu, ""), maxLength) : null;
}
function addressFor(text) {
  return text && text.length <= 2048 && /^https?:\/\//.test(text) && URL.canParse(text) ? text : null;
}

// cli/ci/buildkite.ts
var buildkite = {
  name: "Buildkite",
  isHere: (env) => env.BUILDKITE === "true",
  job: (env) => {
    const name = firstOf(env.BUILDPASS_JOB, env.BUILDKITE_LABEL, env.BUILDKITE_STEP_KEY) ?? "job";
    const pullRequest = env.BUILDKITE_PULL_REQUEST;
    const isGithub = slugOfRemote(env.BUILDKITE_REPO)?.startsWith("gh/") ?? false;
    return {
      ci: "Buildkite",
      slug: slugOfRemote(env.BUILDKITE_REPO),
      branch: firstOf(env.BUILDKITE_TAG) ? null : firstOf(env.BUILDKITE_BRANCH),
      tag: firstOf(env.BUILDKITE_TAG),
      // A build of "the newest commit" says HEAD until its first job has looked.
      revision: env.BUILDKITE_COMMIT === "HEAD" ? null : firstOf(env.BUILDKITE_COMMIT),
      pipeline: { id: `buildkite:build:${env.BUILDKITE_BUILD_ID}` },
      workflow: {
        id: `buildkite:build:${env.BUILDKITE_BUILD_ID}`,
        name: firstOf(env.BUILDKITE_PIPELINE_NAME, env.BUILDKITE_PIPELINE_SLUG) ?? "pipeline"
      },
      build: {
        id: `buildkite:job:${env.BUILDKITE_JOB_ID}`,
        name,
        url: env.BUILDKITE_BUILD_URL ? `${env.BUILDKITE_BUILD_URL}#${env.BUILDKITE_JOB_ID}` : null,
        nodeIndex: indexOf(env.BUILDKITE_PARALLEL_JOB),
        ...attemptOf(env.BUILDKITE_RETRY_COUNT, 1)
      },
      commit: {
        ...messageOf(env.BUILDKITE_MESSAGE),
        author: env.BUILDKITE_BUILD_AUTHOR ? {
          name: env.BUILDKITE_BUILD_AUTHOR,
          ...env.BUILDKITE_BUILD_AUTHOR_EMAIL ? { email: env.BUILDKITE_BUILD_AUTHOR_EMAIL } : {}
        } : null
      },
      actor: env.BUILDKITE_BUILD_CREATOR ? { name: env.BUILDKITE_BUILD_CREATOR } : null,
      pullRequest: isGithub && pullRequest && /^\d+$/.test(pullRequest) ? `https://github.com/${slugOfRemote(env.BUILDKITE_REPO)?.slice(3)}/pull/${pullRequest}` : null,
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : (audience) => commandOutput("buildkite-agent", ["oidc", "request-token", "--audience", audience, ...claimsOf(env)]),
      idTokenHint: "The agent’s own command, buildkite-agent, must be on the PATH of the job and be allowed to ask; or set BUILDPASS_TOKEN."
    };
  }
};
function claimsOf({ BUILDKITE_OIDC_TOKEN_CLAIMS = "" }) {
  const more = BUILDKITE_OIDC_TOKEN_CLAIMS.split(",").filter((name) => name !== "");
  return [.../* @__PURE__ */ new Set(["organization_id", "pipeline_id", ...more])].flatMap((name) => ["--claim", name]);
}

// cli/ci/circleci.ts
var circleci = {
  name: "CircleCI",
  isHere: (env) => env.CIRCLECI === "true",
  job: (env) => {
    const { CIRCLE_PROJECT_USERNAME: org, CIRCLE_PROJECT_REPONAME: repo } = env;
    const vcs = slugOfRemote(env.CIRCLE_REPOSITORY_URL)?.split("/")[0] ?? "gh";
    const workflow = firstOf(env.CIRCLE_WORKFLOW_ID, env.CIRCLE_BUILD_NUM);
    const name = firstOf(env.BUILDPASS_JOB, env.CIRCLE_JOB) ?? "job";
    return {
      ci: "CircleCI",
      slug: slugOfRemote(env.CIRCLE_REPOSITORY_URL) ?? (org && repo ? `${vcs}/${org}/${repo}` : null),
      branch: firstOf(env.CIRCLE_TAG) ? null : firstOf(env.CIRCLE_BRANCH),
      tag: firstOf(env.CIRCLE_TAG),
      revision: firstOf(env.CIRCLE_SHA1),
      pipeline: { id: `circleci:pipeline:${firstOf(env.CIRCLE_PIPELINE_ID) ?? workflow}` },
      // The environment has the workflow's id, but not its name.
      workflow: { id: `circleci:workflow:${workflow}`, name: firstOf(env.BUILDPASS_WORKFLOW) ?? "workflow" },
      build: {
        id: `circleci:job:${firstOf(env.CIRCLE_WORKFLOW_JOB_ID, env.CIRCLE_BUILD_NUM)}`,
        name,
        url: firstOf(env.CIRCLE_BUILD_URL),
        nodeIndex: indexOf(env.CIRCLE_NODE_INDEX),
        // A rerun has a higher number, but so has any later workflow: so it counts as an attempt only where the workflow's name is known.
        ...env.BUILDPASS_WORKFLOW ? attemptOf(env.CIRCLE_BUILD_NUM) : {}
      },
      commit: { subject: null, body: null, author: null },
      actor: env.CIRCLE_USERNAME ? { login: env.CIRCLE_USERNAME } : null,
      pullRequest: firstOf(env.CIRCLE_PULL_REQUEST),
      // The tokens in the environment are made out to CircleCI's organization; one for us has to be asked for.
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : env.CIRCLE_OIDC_TOKEN_V2 ? (audience) => commandOutput("circleci", ["run", "oidc", "get", "--claims", JSON.stringify({ aud: audience })]) : null,
      idTokenHint: "Give the job a context, and set BUILDPASS_ID_TOKEN if `circleci run oidc get` does not work there; or set BUILDPASS_TOKEN."
    };
  }
};

// cli/ci/github-actions.ts
import { readFileSync as readFileSync2 } from "node:fs";

// cli/terminal/answer.ts
var KINDS = {
  text: (value) => typeof value === "string",
  "text or null": (value) => value === null || typeof value === "string",
  count: (value) => Number.isSafeInteger(value) && value >= 0,
  number: (value) => Number.isFinite(value),
  time: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  address: (value) => typeof value === "string" && URL.canParse(value),
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === "string")
};
function answerOf(value, shape, what) {
  const fields = isObject(value) ? value : {};
  const isWhole = Object.entries(shape).every(([name, kind]) => KINDS[kind](fields[name]));
  if (isWhole) return fields;
  throw noAnswerWith(what);
}
function listOf(value, shape, what) {
  if (!Array.isArray(value)) throw noAnswerWith(what);
  return value.map((item) => answerOf(item, shape, what));
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function noAnswerWith(what) {
  return new CliError("failed", `The server answered without ${what}, or in a way that this buildpass does not know.`, {
    hint: "Is this the address of a Buildpass server? If so, update buildpass."
  });
}

// cli/ci/github-actions.ts
var githubActions = {
  name: "GitHub Actions",
  isHere: (env) => env.GITHUB_ACTIONS === "true",
  job: (env) => {
    const event = readEvent(env.GITHUB_EVENT_PATH);
    const isTag = env.GITHUB_REF_TYPE === "tag";
    const run2 = `github:run:${env.GITHUB_RUN_ID}.${env.GITHUB_RUN_ATTEMPT ?? 1}`;
    const ref = isTag ? env.GITHUB_REF_NAME : branchOf(env, event);
    const revision = firstOf(event.pull_request?.head?.sha, env.GITHUB_SHA);
    const name = firstOf(env.BUILDPASS_JOB, env.GITHUB_JOB) ?? "job";
    return {
      ci: "GitHub Actions",
      slug: env.GITHUB_REPOSITORY ? `gh/${env.GITHUB_REPOSITORY}` : null,
      branch: isTag ? null : firstOf(ref),
      tag: isTag ? firstOf(ref) : null,
      // GITHUB_SHA of a pull request is a merge that is in no branch.
      revision,
      // What one push starts belongs together, whichever workflows it starts. As the webhook has it, too.
      pipeline: { id: `github:${ref ?? ""}@${revision}` },
      workflow: { id: run2, name: env.GITHUB_WORKFLOW || "workflow" },
      build: {
        id: `${run2}:${name}`,
        name,
        url: `${env.GITHUB_SERVER_URL ?? "https://github.com"}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`,
        nodeIndex: 0
      },
      commit: {
        ...messageOf(event.head_commit?.message ?? event.pull_request?.title),
        author: event.head_commit?.author ? personIn(event.head_commit.author) : null
      },
      actor: env.GITHUB_ACTOR ? { login: env.GITHUB_ACTOR } : null,
      pullRequest: event.pull_request?.html_url ?? null,
      idToken: env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ? (audience) => requestIdToken(env, audience) : null,
      idTokenHint: "Give the job `permissions: id-token: write`, or set BUILDPASS_TOKEN."
    };
  }
};
function branchOf(env, event) {
  if (!env.GITHUB_HEAD_REF) return env.GITHUB_REF_NAME;
  const from = event.pull_request?.head?.repo;
  const isOurs = from?.full_name === void 0 || from.full_name === env.GITHUB_REPOSITORY;
  return isOurs ? env.GITHUB_HEAD_REF : `${from.owner?.login ?? from.full_name.split("/")[0]}:${env.GITHUB_HEAD_REF}`;
}
function readEvent(path) {
  try {
    const event = path ? JSON.parse(readFileSync2(path, "utf8")) : {};
    return isObject(event) ? event : {};
  } catch {
    return {};
  }
}
function personIn({ name, email, username }) {
  return { ...name ? { name } : {}, ...email ? { email } : {}, ...username ? { login: username } : {} };
}
async function requestIdToken(env, audience) {
  const url = `${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(audience)}`;
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
    signal: AbortSignal.timeout(2e4)
  });
  if (!response.ok) return null;
  const answer = await response.json().catch(() => null);
  return isObject(answer) && typeof answer.value === "string" ? answer.value : null;
}

// cli/ci/gitlab.ts
var gitlab = {
  name: "GitLab CI",
  isHere: (env) => env.GITLAB_CI === "true",
  job: (env) => {
    const isMergeRequest = Boolean(env.CI_MERGE_REQUEST_IID);
    const name = firstOf(env.BUILDPASS_JOB, env.CI_JOB_NAME) ?? "job";
    return {
      ci: "GitLab CI",
      // A project in a subgroup has no slug of three parts: name it with BUILDPASS_PROJECT.
      slug: env.CI_PROJECT_PATH?.split("/").length === 2 ? `gl/${env.CI_PROJECT_PATH}` : null,
      branch: firstOf(env.CI_COMMIT_BRANCH) ?? requestBranchOf(env),
      tag: firstOf(env.CI_COMMIT_TAG),
      revision: firstOf(env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA, env.CI_COMMIT_SHA),
      pipeline: { id: `gitlab:pipeline:${env.CI_PIPELINE_ID}` },
      workflow: { id: `gitlab:pipeline:${env.CI_PIPELINE_ID}`, name: firstOf(env.CI_PIPELINE_NAME) ?? "pipeline" },
      build: {
        id: `gitlab:job:${env.CI_JOB_ID}`,
        name,
        url: firstOf(env.CI_JOB_URL),
        nodeIndex: indexOf(env.CI_NODE_INDEX, 1)
      },
      commit: { ...messageOf(env.CI_COMMIT_MESSAGE), author: personOf(env.CI_COMMIT_AUTHOR) },
      actor: env.GITLAB_USER_LOGIN ? { login: env.GITLAB_USER_LOGIN } : null,
      pullRequest: isMergeRequest ? `${env.CI_MERGE_REQUEST_PROJECT_URL}/-/merge_requests/${env.CI_MERGE_REQUEST_IID}` : null,
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
      idTokenHint: "Give the job `id_tokens: BUILDPASS_ID_TOKEN: aud: <the server’s address>`, or set BUILDPASS_TOKEN."
    };
  }
};
function requestBranchOf(env) {
  const branch = firstOf(env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME);
  const from = firstOf(env.CI_MERGE_REQUEST_SOURCE_PROJECT_PATH);
  return branch && from && from !== env.CI_PROJECT_PATH ? `${from.slice(0, from.lastIndexOf("/"))}:${branch}` : branch;
}

// cli/ci/jenkins.ts
var jenkins = {
  name: "Jenkins",
  isHere: (env) => Boolean(env.JENKINS_URL && env.BUILD_NUMBER),
  job: (env) => {
    const run2 = `jenkins:${env.BUILD_URL ?? `${env.JOB_NAME}/${env.BUILD_NUMBER}`}`;
    const name = firstOf(env.BUILDPASS_JOB, env.STAGE_NAME) ?? jobNameOf(env);
    return {
      ci: "Jenkins",
      slug: slugOfRemote(env.GIT_URL),
      // Of a change request BRANCH_NAME is PR-7; GIT_BRANCH has the remote's name before it.
      branch: firstOf(env.TAG_NAME) ? null : firstOf(
        requestBranchOf2(env),
        env.BRANCH_NAME,
        env.GIT_LOCAL_BRANCH,
        env.GIT_BRANCH?.replace(/^origin\//, "")
      ),
      tag: firstOf(env.TAG_NAME),
      revision: firstOf(env.GIT_COMMIT),
      pipeline: { id: run2 },
      workflow: { id: run2, name: jobNameOf(env) },
      build: { id: `${run2}#${name}`, name, url: firstOf(env.BUILD_URL), nodeIndex: 0 },
      commit: { subject: firstOf(env.CHANGE_TITLE), body: null, author: null },
      actor: env.CHANGE_AUTHOR ? { login: env.CHANGE_AUTHOR } : null,
      pullRequest: firstOf(env.CHANGE_URL),
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
      idTokenHint: "Jenkins has no issuer of its own that the server knows: use BUILDPASS_TOKEN."
    };
  }
};
function jobNameOf({ JOB_NAME = "job", BRANCH_NAME }) {
  const segments = JOB_NAME.split("/");
  return (BRANCH_NAME && segments.length > 1 ? segments.at(-2) : segments.at(-1)) || "job";
}
function requestBranchOf2({ CHANGE_BRANCH, CHANGE_FORK }) {
  return CHANGE_BRANCH && CHANGE_FORK ? `${CHANGE_FORK.split("/")[0]}:${CHANGE_BRANCH}` : firstOf(CHANGE_BRANCH);
}

// cli/ci/woodpecker.ts
var FORGES = wordTable({ github: "gh", gitlab: "gl", bitbucket: "bb", "bitbucket-dc": "bb" });
var woodpecker = {
  name: "Woodpecker",
  isHere: (env) => env.CI === "woodpecker",
  job: (env) => {
    const run2 = `woodpecker:${env.CI_REPO_REMOTE_ID ?? env.CI_REPO}:${env.CI_PIPELINE_NUMBER}`;
    const name = firstOf(env.BUILDPASS_JOB, env.CI_STEP_NAME) ?? "step";
    const workflow = firstOf(env.CI_WORKFLOW_NAME) ?? "workflow";
    return {
      ci: "Woodpecker",
      // A forge of another kind (Gitea, Forgejo) has no slug here: name it with BUILDPASS_PROJECT.
      slug: slugOfRemote(env.CI_REPO_URL, FORGES.get(env.CI_FORGE_TYPE ?? "") ?? null),
      branch: firstOf(env.CI_COMMIT_TAG) ? null : requestBranchOf3(env) ?? firstOf(env.CI_COMMIT_BRANCH),
      tag: firstOf(env.CI_COMMIT_TAG),
      revision: firstOf(env.CI_COMMIT_SHA),
      pipeline: { id: run2 },
      workflow: { id: `${run2}:${workflow}`, name: workflow },
      build: { id: `${run2}:${workflow}:${name}`, name, url: firstOf(env.CI_PIPELINE_URL), nodeIndex: 0 },
      commit: {
        ...messageOf(env.CI_COMMIT_MESSAGE),
        author: env.CI_COMMIT_AUTHOR ? {
          login: env.CI_COMMIT_AUTHOR,
          ...env.CI_COMMIT_AUTHOR_EMAIL ? { email: env.CI_COMMIT_AUTHOR_EMAIL } : {}
        } : null
      },
      actor: null,
      pullRequest: env.CI_COMMIT_PULL_REQUEST && env.CI_FORGE_TYPE === "github" ? `${env.CI_REPO_URL}/pull/${env.CI_COMMIT_PULL_REQUEST}` : null,
      idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
      idTokenHint: "Woodpecker issues no ID tokens: use BUILDPASS_TOKEN."
    };
  }
};
function requestBranchOf3(env) {
  const branch = firstOf(env.CI_COMMIT_SOURCE_BRANCH);
  const isOurs = branch !== env.CI_COMMIT_TARGET_BRANCH && branch !== env.CI_REPO_DEFAULT_BRANCH;
  return branch && !isOurs ? `pull/${env.CI_COMMIT_PULL_REQUEST}:${branch}` : branch;
}

// cli/ci/ci.ts
var CI_SYSTEMS = [githubActions, gitlab, circleci, buildkite, woodpecker, jenkins];
function findCiJob(env) {
  return CI_SYSTEMS.find((ci) => ci.isHere(env))?.job(env) ?? null;
}

// cli/ci/job.ts
async function findJob(options2, env) {
  const ofCi = findCiJob(env);
  const found = ofCi ?? await gitJob(env);
  const tag = firstOf(options2.tag, env.BUILDPASS_TAG) ?? (options2.branch || env.BUILDPASS_BRANCH ? null : found.tag);
  const branch = tag && !options2.branch ? null : firstOf(options2.branch, env.BUILDPASS_BRANCH, found.branch);
  if (options2.branch && options2.tag) throw usageError("--branch and --tag: a build is of one or the other.");
  const name = firstOf(options2.job, env.BUILDPASS_JOB) ?? found.build.name;
  const id = firstOf(options2.id, env.BUILDPASS_ID);
  const builtId = options2.job && options2.job !== found.build.name ? `${found.build.id}-${options2.job}` : found.build.id;
  return {
    ...found,
    branch,
    tag,
    revision: firstOf(options2.revision, env.BUILDPASS_REVISION) ?? found.revision,
    pipeline: id && !ofCi ? { id } : found.pipeline,
    workflow: {
      id: id && !ofCi ? id : found.workflow.id,
      name: firstOf(options2.workflow, env.BUILDPASS_WORKFLOW) ?? found.workflow.name
    },
    build: {
      ...found.build,
      id: id ?? builtId,
      name,
      nodeIndex: options2.nodeIndex ?? found.build.nodeIndex
    }
  };
}
function reportBody(job) {
  const branch = lineFor(job.branch, 1024);
  const tag = lineFor(job.tag, 1024);
  const revision = lineFor(job.revision, 200);
  if (!branch && !tag)
    throw usageError("Which branch or tag is this build of?", "Say --branch or --tag, or set BUILDPASS_BRANCH.");
  if (!revision) throw usageError("Which commit is this build of?", "Say --revision <sha>, or set BUILDPASS_REVISION.");
  const pullRequest = addressFor(job.pullRequest);
  return {
    external_id: lineFor(job.build.id, 200) ?? "job",
    pipeline: {
      external_id: lineFor(job.pipeline.id, 200) ?? "pipeline",
      ...tag ? { tag } : { branch },
      revision,
      subject: proseFor(job.commit.subject, 1e3),
      body: proseFor(job.commit.body, 2e4),
      author: personFor(job.commit.author),
      actor: personFor(job.actor),
      pull_requests: pullRequest ? [{ head_sha: revision, url: pullRequest }] : []
    },
    workflow: {
      external_id: lineFor(job.workflow.id, 200) ?? "workflow",
      name: lineFor(job.workflow.name, 200) ?? "workflow"
    },
    job: {
      name: lineFor(job.build.name, 200) ?? "job",
      ...job.build.attempt === void 0 ? {} : { attempt: job.build.attempt }
    },
    build_url: addressFor(job.build.url)
  };
}
function personFor(person) {
  if (!person) return null;
  const name = lineFor(person.name, 200);
  const email = lineFor(person.email, 320);
  const login = lineFor(person.login, 100);
  return { ...name ? { name } : {}, ...email ? { email } : {}, ...login ? { login } : {} };
}
async function gitJob(env) {
  const git = (...args) => commandOutput("git", args);
  const [remote, branch, head] = await Promise.all([
    git("remote", "get-url", "origin"),
    git("symbolic-ref", "--short", "HEAD"),
    git("log", "-1", "--no-show-signature", "--format=%H%n%an <%ae>%n%B")
  ]);
  const [revision = null, author = null, ...message] = head?.split("\n") ?? [];
  const id = `${hostname()}-${randomUUID2()}`;
  return {
    ci: "this machine",
    slug: slugOfRemote(remote),
    branch,
    tag: null,
    revision,
    pipeline: { id },
    workflow: { id, name: "local" },
    build: { id, name: "job", url: null, nodeIndex: 0 },
    commit: { ...messageOf(head && message.join("\n")), author: personOf(author) },
    actor: null,
    pullRequest: null,
    idToken: env.BUILDPASS_ID_TOKEN ? async () => env.BUILDPASS_ID_TOKEN ?? null : null,
    idTokenHint: "Set BUILDPASS_TOKEN, or run buildpass login."
  };
}

// cli/version.ts
var VERSION = true ? "0.2.0" : "0.0.0-source";

// src/domain/access/secret.ts
var ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
var CHECKSUM_LENGTH = 6;
var SECRET_SHAPE = /^bp[upr]_[0-9A-Za-z]{42}$/;
function parseSecret(text) {
  return SECRET_SHAPE.test(text) && hasChecksum(text) ? text : null;
}
function hasChecksum(text) {
  return text.endsWith(checksumOf(text.slice(0, -CHECKSUM_LENGTH)));
}
function checksumOf(body) {
  let rest = crc32(body);
  let digits = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
function randomBase62(length) {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length + 8))) {
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}
var crcTable;
function crc32(text) {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ 3988292384 : value >>> 1;
    return value;
  });
  let crc = 4294967295;
  for (let i = 0; i < text.length; i++) crc = crc >>> 8 ^ (crcTable[(crc ^ text.charCodeAt(i)) & 255] ?? 0);
  return (crc ^ 4294967295) >>> 0;
}

// cli/server/login-file.ts
import { rmSync as rmSync5 } from "node:fs";
import { join as join4 } from "node:path";

// cli/server/private-file.ts
import { createHash, randomUUID as randomUUID3 } from "node:crypto";
import { chmodSync as chmodSync2, readdirSync, readFileSync as readFileSync3, renameSync, rmSync as rmSync4, statSync as statSync3, writeFileSync as writeFileSync2 } from "node:fs";
import { homedir } from "node:os";
import { dirname as dirname2, isAbsolute, join as join3 } from "node:path";

// src/domain/day.ts
var DAY_MS = 24 * 36e5;
var YEAR_MS = 365 * DAY_MS;

// cli/files/make-folder.ts
import { mkdirSync, statSync as statSync2 } from "node:fs";
import { dirname } from "node:path";
function makeFolder(folder, mode = 511) {
  if (entryAt(folder)?.isDirectory()) return;
  if (!entryAt(dirname(folder))) makeFolder(dirname(folder), mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!entryAt(folder)?.isDirectory()) throw error;
  }
}
function entryAt(path) {
  return statSync2(path, { throwIfNoEntry: false });
}

// cli/server/private-file.ts
var FOLDERS = {
  config: { xdg: "XDG_CONFIG_HOME", windows: "APPDATA", below: ".config" },
  state: { xdg: "XDG_STATE_HOME", windows: "LOCALAPPDATA", below: ".local/state" }
};
function userFolder(kind, env = process.env) {
  const { xdg, windows, below } = FOLDERS[kind];
  const home = homeFolder();
  const folders = [env[xdg], env[windows], home && join3(home, below)];
  const folder = folders.find((one) => one && isAbsolute(one));
  if (folder) return join3(folder, "buildpass");
  throw new CliError("failed", `neither ${xdg} nor HOME is the whole path of a folder`, {
    hint: "Set one of them to a folder that can be written to."
  });
}
function homeFolder() {
  try {
    return homedir();
  } catch {
    return null;
  }
}
function noteFile(kind, about) {
  const name = createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 32);
  return join3(userFolder("state"), kind, `${name}.json`);
}
function transferNote(server, kind, about) {
  try {
    return noteFile(kind, about);
  } catch (error) {
    warnOfLostNote(server, error);
    return null;
  }
}
var warned = /* @__PURE__ */ new WeakSet();
function warnOfLostNote(server, error) {
  if (warned.has(server)) return;
  warned.add(server);
  server.warn(`no notes of transfers can be kept, so one that breaks off starts again: ${refusalText(error)}`);
}
function refusalText(error) {
  const refused3 = systemFailure(error);
  const [said, hint] = refused3 instanceof CliError ? [refused3.message, refused3.hint] : [String(error), null];
  return `${said}.${hint ? ` ${hint}` : ""}`;
}
function writePrivateJson(file, value) {
  makeFolder(dirname2(file), 448);
  const draft = `${file}.${randomUUID3()}.tmp`;
  try {
    withPath(file, () => writeFileSync2(draft, `${JSON.stringify(value, null, 2)}
`, { mode: 384, flag: "wx" }));
    chmodSync2(draft, 384);
    renameSync(draft, file);
  } catch (error) {
    rmSync4(draft, { force: true });
    throw error;
  }
}
function readPrivateJson(file) {
  try {
    return JSON.parse(readFileSync3(typeof file === "string" ? file : file(), "utf8"));
  } catch {
    return null;
  }
}
function forgetNote(file) {
  try {
    rmSync4(file, { force: true });
  } catch {
  }
}
var NOTE_LIFE_MS = 2 * DAY_MS;
function dropOldNotes(folder) {
  let names = [];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const file = join3(folder, name);
    const age = Date.now() - (statSync3(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > NOTE_LIFE_MS) forgetNote(file);
  }
}
function isReadByOthers(file) {
  if (process.platform === "win32") return false;
  return (statSync3(file, { throwIfNoEntry: false })?.mode ?? 0) % 64 !== 0;
}

// cli/server/login-file.ts
function loginFile() {
  return join4(userFolder("config"), "login.json");
}
function readLogins() {
  const { current, tokens } = readPrivateJson(loginFile) ?? {};
  const entries = typeof tokens === "object" && tokens !== null ? Object.entries(tokens) : [];
  return {
    current: typeof current === "string" ? current : null,
    tokens: Object.fromEntries(entries.filter((entry) => typeof entry[1] === "string"))
  };
}
function keepLogin(origin, token) {
  writePrivateJson(loginFile(), { current: origin, tokens: { ...readLogins().tokens, [origin]: token } });
}
function dropLogin(origin) {
  const { current, tokens } = readLogins();
  const { [origin]: dropped, ...others } = tokens;
  if (dropped === void 0) return false;
  if (Object.keys(others).length === 0) rmSync5(loginFile(), { force: true });
  else writePrivateJson(loginFile(), { current: current === origin ? null : current, tokens: others });
  return true;
}

// cli/server/credential.ts
function findCredential(origin, {
  keyless,
  howToGetOne,
  warn,
  env
}) {
  const given = env.BUILDPASS_TOKEN?.trim();
  if (given) {
    if (!parseSecret(given))
      throw usageError(
        "BUILDPASS_TOKEN does not hold a Buildpass token.",
        "It looks like bpu_… or bpr_… and has 46 characters; CI systems often leave it empty or masked in forks."
      );
    return fixed(given, "the variable BUILDPASS_TOKEN");
  }
  if (keyless) return keyless;
  const kept = readLogins().tokens[origin];
  if (kept === void 0) return nobody(howToGetOne);
  if (isReadByOthers(loginFile())) warn(`${loginFile()} can be read by others on this machine: chmod 600 it.`);
  return fixed(kept, `${loginFile()} (buildpass login)`);
}
function fixed(token, source) {
  return {
    source,
    hint: `The token came from ${source}. Reporting needs a personal token of a member, not limited to read, or a keyless one.`,
    token: async () => token,
    renew: async () => false
  };
}
function nobody(howToGetOne) {
  return {
    source: `nowhere. ${howToGetOne}`,
    hint: `No token was sent. ${howToGetOne}`,
    token: async () => null,
    renew: async () => false
  };
}

// cli/server/keyless.ts
var MARGIN_MS = 6e4;
var RENEW_MS = 8 * 6e4;
function keylessCredential(job, slug, server) {
  const { idToken } = job;
  if (!idToken) return null;
  const noted = () => noteFile("keyless", [server.origin, slug, job.build.id]);
  let kept = readKept(noted);
  let isWarned = false;
  let pending = null;
  const fresh = /* @__PURE__ */ new Set();
  const leftMs = () => kept ? kept.expiresAt - Date.now() : 0;
  async function exchange() {
    const word = await idToken?.(server.origin);
    if (!word) throw new CliError("refused", `${job.ci} gave no ID token.`, { hint: job.idTokenHint });
    const ask = { path: "/api/buildpass/v1/oidc/exchange", json: { token: word, project: slug } };
    const nobody2 = { ...server, slug, credential: NO_TOKEN };
    return askJson(nobody2, { method: "POST", ...ask, isIdempotent: false }).then(keep, (error) => {
      throw explained(error, server.origin);
    });
  }
  async function successor() {
    if (!kept || leftMs() <= 0) return exchange();
    const old = fixedCredential(kept.token);
    const ask = { method: "POST", path: "/api/buildpass/v1/oidc/renew", isIdempotent: false };
    return askJson({ ...server, slug, credential: old }, ask).then(keep, (error) => {
      if (error instanceof CliError && error.failure !== "unreachable") return exchange();
      throw error;
    });
  }
  function keep(answer) {
    const { token, expires_at } = answer ?? {};
    const expiresAt = Date.parse(String(expires_at));
    if (typeof token !== "string" || Number.isNaN(expiresAt))
      throw new CliError("failed", "The server answered the exchange of the ID token without a token.");
    kept = { token, expiresAt };
    fresh.add(token);
    try {
      writePrivateJson(noted(), kept);
    } catch (error) {
      if (!isWarned)
        server.warn(`no reporting token can be kept, so each later step asks for its own: ${refusalText(error)}`);
      isWarned = true;
    }
    return token;
  }
  const once = (work) => {
    pending ??= work().finally(() => {
      pending = null;
    });
    return pending;
  };
  return {
    source: `${job.ci}'s ID token (keyless)`,
    hint: "A keyless token reports and reads one project; for more, set BUILDPASS_TOKEN.",
    token: async () => kept && leftMs() > MARGIN_MS ? kept.token : once(successor),
    async renew(refused3) {
      if (fresh.has(refused3)) return false;
      if (kept?.token === refused3) kept = null;
      if (!kept) await once(exchange);
      return true;
    },
    async keepAlive() {
      if (kept && leftMs() < RENEW_MS) await once(successor);
    }
  };
}
function fixedCredential(token) {
  return { source: "the reporting token", hint: null, token: async () => token, renew: async () => false };
}
var NO_TOKEN = {
  source: "the exchange of the ID token",
  hint: null,
  token: async () => null,
  renew: async () => false
};
function explained(error, origin) {
  if (!(error instanceof CliError) || error.failure !== "refused") return error;
  const told = error.problems.map(({ path, message: message2 }) => `${path} ${message2}`);
  const hint = error.status === 403 ? `The ID token says: ${told.join(", ") || "nothing that could be pinned"}. Compare this with the project’s trusted publishers.` : `The ID token must be new, and made out to the server’s PUBLIC_ORIGIN; BUILDPASS_URL is ${origin}.`;
  const { failure, message, status, code } = error;
  return new CliError(failure, message, { status, code, hint, cause: error });
}
function readKept(noted) {
  const { token, expiresAt } = readPrivateJson(noted) ?? {};
  return typeof token === "string" && typeof expiresAt === "number" ? { token, expiresAt } : null;
}

// cli/server/open-server.ts
var DEFAULT_RETRY_SECONDS = 120;
async function openServer(options2, output, signal, env = process.env) {
  const origin = originOf(options2.url || env.BUILDPASS_URL || readLogins().current, env);
  const job = await findJob(options2, env);
  const slug = slugOf(options2.project || env.BUILDPASS_PROJECT || job.slug);
  const base = {
    origin,
    userAgent: `buildpass-cli/${VERSION} (${job.ci}; node ${process.versions.node})`,
    retryMs: retrySecondsOf(env) * 1e3,
    signal,
    warn: output.warn
  };
  const keyless = slug === null ? null : keylessCredential(job, slug, base);
  const server = {
    ...base,
    slug,
    credential: findCredential(origin, { keyless, howToGetOne: job.idTokenHint, warn: output.warn, env })
  };
  return { server, job };
}
function projectPath({ slug }) {
  return `/api/buildpass/v1/projects/${requireSlug(slug)}`;
}
function requireSlug(slug) {
  if (slug === null)
    throw usageError("Which project?", "Say --project gh/acme/web, or set BUILDPASS_PROJECT (vcs: gh, gl or bb).");
  return slug;
}
function originOf(text, env = process.env) {
  if (!text)
    throw usageError(
      "Which server?",
      "Set BUILDPASS_URL, say --url https://builds.example.com, or run buildpass login."
    );
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw usageError(`"${text}" is not the address of a server.`, "It looks like https://builds.example.com");
  const { origin, protocol, hostname: hostname2 } = new URL(text);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname2);
  if (protocol === "http:" && !isHere && env.BUILDPASS_ALLOW_HTTP !== "1")
    throw usageError(`${origin} would get the token unencrypted.`, "Use https, or set BUILDPASS_ALLOW_HTTP=1.");
  return origin;
}
function slugOf(text) {
  if (text === null) return null;
  const slug = parseSlug(text);
  if (!slug) throw usageError(`"${text}" is not a project.`, "It looks like gh/acme/web: vcs (gh, gl, bb)/org/repo.");
  return slugText(slug);
}
function retrySecondsOf({ BUILDPASS_RETRY_SECONDS: text }) {
  if (text === void 0 || text === "") return DEFAULT_RETRY_SECONDS;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw usageError("BUILDPASS_RETRY_SECONDS must be a whole number of seconds.");
}

// cli/files/artifact-list.ts
var ARTIFACT = { path: "text", node_index: "count", size: "count", digest: "text", url: "address" };
function artifactOf(value) {
  const { path, node_index, size, digest, url } = answerOf(value, ARTIFACT, "an artifact");
  const { pack } = value;
  const parsed = parseArtifactDigest(digest);
  if (parsed)
    return {
      ...{ path, nodeIndex: node_index, sizeBytes: size, digest: parsed, url },
      pack: typeof pack === "string" ? pack : null
    };
  throw new CliError("failed", `${path}: the server names a digest of a kind that this buildpass does not know.`, {
    hint: "Update buildpass."
  });
}
async function listArtifacts(server, path) {
  const answer = await askJson(server, { method: "GET", path: `${projectPath(server)}/${path}` });
  const { build_num } = answerOf(answer, { build_num: "count" }, "a list of artifacts");
  const items = isObject(answer) ? answer.items : null;
  if (!Array.isArray(items)) throw noAnswerWith("a list of artifacts");
  return { num: build_num, artifacts: items.map(artifactOf) };
}

// cli/files/download-all.ts
import { readdirSync as readdirSync2, realpathSync as realpathSync3 } from "node:fs";

// cli/packs/download-pack.ts
import { rm as rm3 } from "node:fs/promises";
import { join as join6 } from "node:path";

// cli/files/download-file.ts
import { createReadStream, statSync as statSync4 } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname as dirname4 } from "node:path";

// cli/files/file-digest.ts
var bufferCrc32 = __toESM(require_dist(), 1);
import { createHash as createHash2 } from "node:crypto";
import zlib from "node:zlib";

// src/domain/artifacts/pack.ts
var MAX_PACKS_A_BUILD = 20;
var MAX_PACK_PATH_BYTES = 8 * 1024 ** 2;
function crcText(crc323) {
  return crc323.toString(16).padStart(8, "0");
}

// cli/files/file-digest.ts
function openDigester(kind) {
  switch (kind.kind) {
    case "sha256":
      return wholeDigester();
    case "sha256-parts":
      return partsDigester(kind.partSizeBytes);
    case "crc32":
      return crcDigester();
  }
}
function wholeDigester() {
  const hash = createHash2("sha256");
  return { add: (chunk) => void hash.update(chunk), end: () => ({ kind: "sha256", hex: hash.digest("hex") }) };
}
var crc322 = zlib.crc32 ?? ofLibrary;
function ofLibrary(bytes, before) {
  const { default: library } = bufferCrc32;
  return library.unsigned(Buffer.from(bytes), before);
}
function crcDigester() {
  let crc = 0;
  return {
    add(chunk) {
      crc = crc322(chunk, crc);
    },
    end: () => ({ kind: "crc32", hex: crcText(crc) })
  };
}
function partsDigester(partSizeBytes) {
  const whole = createHash2("sha256");
  let part = createHash2("sha256");
  let length = 0;
  const closePart = () => {
    whole.update(part.digest());
    part = createHash2("sha256");
    length = 0;
  };
  return {
    add(chunk) {
      let from = 0;
      while (from < chunk.byteLength) {
        const upTo = Math.min(chunk.byteLength, from + partSizeBytes - length);
        part.update(chunk.subarray(from, upTo));
        length += upTo - from;
        from = upTo;
        if (length === partSizeBytes) closePart();
      }
    },
    end() {
      if (length > 0) closePart();
      return { kind: "sha256-parts", partSizeBytes, hex: whole.digest("hex") };
    }
  };
}

// cli/files/part-file.ts
import { constants as constants3 } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, dirname as dirname3, join as join5 } from "node:path";
function isPartFile(name) {
  return /^\.buildpass-[0-9A-Za-z]{16}\.part$/.test(name);
}
async function openPartFile(server, { folder, about, mode }) {
  const note = transferNote(server, "downloads", about);
  const forget = () => void (note && forgetNote(note));
  const left = note && await reopened(note, folder);
  const { file, handle } = left || await opened(folder, mode);
  let isNoted = left !== null;
  if (note === null) return { file, handle, isNoted, forget };
  try {
    dropOldNotes(dirname3(note));
    const identity = await identityOf(handle);
    writePrivateJson(note, { name: basename(file), identity, pid: process.pid });
    isNoted = true;
  } catch (error) {
    warnOfLostNote(server, error);
  }
  return { file, handle, isNoted, forget };
}
async function opened(folder, mode) {
  const file = join5(folder, newPartName());
  return { file, handle: await open(file, "ax+", mode) };
}
function newPartName() {
  return `.buildpass-${randomBase62(16)}.part`;
}
async function leftBytes(server, { folder, about }) {
  const note = transferNote(server, "downloads", about);
  const left = note && await reopened(note, folder);
  if (!left) return null;
  const { size } = await left.handle.stat().finally(() => left.handle.close());
  return size;
}
async function dropLeft(server, place) {
  const part = await openPartFile(server, place);
  await part.handle.close();
  await dropPart(part);
}
async function dropPart({ file, forget }) {
  await rm(file, { force: true });
  forget();
}
async function reopened(note, folder) {
  const { name, identity, pid } = readPrivateJson(note) ?? {};
  if (typeof name !== "string" || !isPartFile(name) || typeof pid !== "number" || isAtWork(pid)) return null;
  const file = join5(folder, name);
  const flags = constants3.O_RDWR | constants3.O_APPEND | (constants3.O_NOFOLLOW ?? 0);
  const handle = await open(file, flags).catch(() => null);
  if (!handle) return null;
  if (await identityOf(handle) === identity) return { file, handle };
  await handle.close();
  return null;
}
async function identityOf(handle) {
  const { dev, ino } = await handle.stat({ bigint: true });
  return `${dev} ${ino}`;
}
function isAtWork(pid) {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

// cli/files/download-file.ts
async function downloadFile(server, artifact, file, progress) {
  if (await hasBytes(file, artifact)) {
    progress.add(artifact.sizeBytes, false);
    return "already there";
  }
  const place = { folder: dirname4(file), about: [file, digestText(artifact.digest)] };
  try {
    await fetchPart(server, artifact, { place, progress, use: (part) => rename(part.file, file) });
  } catch (error) {
    throw systemFailure(error, file);
  }
  return "downloaded";
}
async function fetchPart(server, artifact, { place, progress, use, isKept = () => true }) {
  const part = await openPartFile(server, place);
  let length = 0;
  try {
    const sink = await openSink(part, artifact, progress);
    try {
      if (sink.length() < artifact.sizeBytes)
        await retrying(server, artifact.path, () => fetchRest(server, artifact, sink));
      await sink.prove();
    } finally {
      length = sink.length();
    }
    await use(part);
    part.forget();
  } catch (error) {
    const isCorrupt = error instanceof CliError && error.failure === "corrupt";
    if (isCorrupt || length === 0 || !part.isNoted || !isKept(error)) await dropPart(part);
    else {
      const kept = `${sizeText(length)} of ${sizeText(artifact.sizeBytes)}`;
      server.warn(`${artifact.path}: ${kept} are kept in ${part.file}; the same command goes on from there`);
    }
    throw error;
  } finally {
    await part.handle.close();
  }
}
async function fetchRest(server, artifact, sink) {
  const before = sink.length();
  try {
    const listed = new URL(artifact.url);
    const path = `${listed.pathname}${listed.search}`;
    const location = await tryOnce(server, { method: "GET", path }, async (response) => {
      const place = response.headers.get("Location");
      if (response.status === 302 && place !== null) return new URL(place, server.origin).toString();
      throw new CliError("failed", `${artifact.path}: the server answered ${response.status}, not a redirect.`);
    });
    const headers = before > 0 ? { Range: `bytes=${before}-` } : {};
    await tryOnce(server, { method: "GET", url: location, headers }, async (response, touch) => {
      if (before > 0 && response.status !== 206) await sink.restart();
      if (response.status === 206 && !response.headers.get("Content-Range")?.startsWith(`bytes ${before}-`))
        throw new CliError("failed", `${artifact.path}: the server sent another range than was asked for.`);
      for await (const chunk of response.body ?? []) {
        touch();
        await sink.take(chunk);
      }
    }).catch((error) => {
      if (!(error instanceof CliError)) throw error;
      if (error.status === 416) throw changed(artifact);
      throw error.status === 403 ? new TransientError(error.message, { status: 403, cause: error }) : error;
    });
    if (sink.length() < artifact.sizeBytes) throw new TransientError("the connection ended early");
  } catch (error) {
    if (error instanceof TransientError) error.hadProgress = sink.length() > before;
    throw error;
  }
}
async function openSink({ handle }, artifact, progress) {
  let digester = openDigester(artifact.digest);
  let length = 0;
  const restart = async () => {
    await handle.truncate(0);
    progress.add(-length);
    digester = openDigester(artifact.digest);
    length = 0;
  };
  const here = (await handle.stat()).size;
  if (here > artifact.sizeBytes) await restart();
  else if (here > 0) {
    await digestBytes(handle.createReadStream({ start: 0, autoClose: false }), digester);
    length = here;
    progress.add(here, false);
  }
  return {
    length: () => length,
    async take(chunk) {
      if (length + chunk.byteLength > artifact.sizeBytes) throw changed(artifact);
      await handle.appendFile(chunk);
      digester.add(chunk);
      length += chunk.byteLength;
      progress.add(chunk.byteLength);
    },
    restart,
    async prove() {
      if (digestText(digester.end()) !== digestText(artifact.digest)) throw changed(artifact);
      await handle.sync();
    }
  };
}
async function hasBytes(file, { sizeBytes, digest }) {
  const entry = statSync4(file, { throwIfNoEntry: false });
  if (!entry?.isFile() || entry.size !== sizeBytes) return false;
  const digester = openDigester(digest);
  await digestBytes(createReadStream(file), digester);
  return digestText(digester.end()) === digestText(digest);
}
async function digestBytes(bytes, digester) {
  for await (const chunk of bytes) digester.add(chunk);
}
function changed({ path }) {
  return new CliError("corrupt", `${path}: the bytes are not those that the list names.`, {
    hint: "It may have been replaced meanwhile: run the same command again."
  });
}

// cli/packs/unpack-zip.ts
var import_yauzl = __toESM(require_yauzl(), 1);
import { open as open2, rename as rename2, rm as rm2 } from "node:fs/promises";
async function unpackZip(handle, unpacking) {
  const { drafts, signal, onFile } = unpacking;
  const zip = await (0, import_yauzl.fromFdPromise)(handle.fd, { autoClose: false, lazyEntries: true, decodeStrings: false }).catch(
    broken
  );
  const packed = (await findEntries(zip, unpacking)).values();
  let isFull2 = false;
  await Promise.all(
    drafts.map(async (draft) => {
      for (const { wanted, entry } of packed) {
        if (isFull2 || signal.aborted) return;
        try {
          onFile(wanted, await unpackOne(zip, entry, wanted, draft));
        } catch (error) {
          isFull2 ||= ["ENOSPC", "EDQUOT", "EROFS"].includes(systemCodeOf(error) ?? "");
        }
      }
    })
  );
  signal.throwIfAborted();
}
function broken(cause) {
  throw new CliError("corrupt", `it cannot be read as a zip (${cause.message})`, { cause });
}
async function findEntries(zip, { wanted, signal }) {
  const byPath = new Map(wanted.map((one) => [one.artifact.path, one]));
  const found = /* @__PURE__ */ new Map();
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      const one = byPath.get(nameOf(entry));
      if (one && isAs(entry, one.artifact)) found.set(one, entry);
    }
  } catch (error) {
    signal.throwIfAborted();
    broken(error);
  }
  const packed = [...found].map(([one, entry]) => ({ wanted: one, entry }));
  return packed.sort((a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader);
}
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }) {
  return (0, import_yauzl.getFileNameLowLevel)(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}
function isAs(entry, { sizeBytes, digest }) {
  return entry.uncompressedSize === sizeBytes && digest.kind === "crc32" && digest.hex === crcText(entry.crc32);
}
async function unpackOne(zip, entry, { artifact, open: place }, draft) {
  try {
    const handle = await open2(draft, "wx");
    try {
      const digester = openDigester(artifact.digest);
      for await (const chunk of await zip.openReadStreamPromise(entry)) {
        digester.add(chunk);
        await handle.appendFile(chunk);
      }
      if (digestText(digester.end()) !== digestText(artifact.digest))
        throw new CliError("corrupt", `${artifact.path}: the zip has other bytes than the list names.`);
    } finally {
      await handle.close();
    }
    const file = place();
    await rename2(draft, file);
    return file;
  } catch (error) {
    await rm2(draft, { force: true });
    throw error;
  }
}

// cli/packs/download-pack.ts
var WRITERS = 4;
function zipPlace(folder, { digest }) {
  return { folder, about: ["pack", folder, digestText(digest)], mode: 384 };
}
async function downloadPack(server, { pack, wanted, place }, progress, onFile) {
  const { name, sizeBytes, digest, url } = pack;
  const { signal } = server;
  const fetching = progress.file(`${countText(wanted.length)} as ${name}`, sizeBytes);
  let unpacking = null;
  try {
    await fetchPart(
      server,
      { path: name, sizeBytes, digest, url },
      {
        place,
        progress: fetching,
        isKept: (error) => signal.aborted || isOfServer(error),
        async use({ file, handle }) {
          fetching.done("downloaded");
          const bytes = wanted.reduce((sum, { artifact }) => sum + artifact.sizeBytes, 0);
          const shown = progress.file(countText(wanted.length), bytes);
          unpacking = shown;
          await withDrafts(
            server,
            place,
            (drafts) => unpackZip(handle, {
              wanted,
              drafts,
              signal,
              onFile(one, to) {
                shown.add(one.artifact.sizeBytes);
                onFile(one, to);
              }
            })
          );
          await rm3(file, { force: true });
          shown.done("unpacked");
        }
      }
    );
    return null;
  } catch (error) {
    fetching.failed();
    unpacking?.failed();
    signal.throwIfAborted();
    if (isSystemError(error)) return systemWords(error);
    if (!(error instanceof CliError) || isOfServer(error)) throw error;
    return error.message;
  }
}
function isOfServer(error) {
  return error instanceof CliError && (error.failure === "unreachable" || error.failure === "refused");
}
async function dropZip(server, place) {
  await dropDrafts(place.folder, draftsNote(server, place));
  await dropLeft(server, place);
}
async function withDrafts(server, place, work) {
  const note = draftsNote(server, place);
  await dropDrafts(place.folder, note);
  const names = Array.from({ length: WRITERS }, newPartName);
  try {
    if (note) writePrivateJson(note, names);
  } catch (error) {
    warnOfLostNote(server, error);
  }
  try {
    await work(names.map((name) => join6(place.folder, name)));
  } finally {
    if (note) forgetNote(note);
  }
}
function draftsNote(server, { about }) {
  return transferNote(server, "downloads", ["drafts", ...about]);
}
async function dropDrafts(folder, note) {
  const names = note && readPrivateJson(note);
  for (const name of Array.isArray(names) ? names : [])
    if (typeof name === "string" && isPartFile(name)) await rm3(join6(folder, name), { force: true });
  if (note) forgetNote(note);
}

// cli/packs/listed-pack.ts
var PACK = { name: "text", node_index: "count", size: "count", digest: "text", url: "address" };
async function listPacks(server, num) {
  const answer = await askJson(server, { method: "GET", path: `${projectPath(server)}/builds/${num}/packs` });
  return listOf(isObject(answer) ? answer.items : null, PACK, "a list of packs").map((pack) => {
    const digest = parseArtifactDigest(pack.digest);
    if (!digest) throw noAnswerWith("a list of packs");
    return { name: pack.name, nodeIndex: pack.node_index, sizeBytes: pack.size, digest, url: pack.url };
  });
}

// cli/packs/plan-packs.ts
import { createHash as createHash5 } from "node:crypto";

// cli/files/upload-file.ts
import { createHash as createHash4 } from "node:crypto";
import { realpathSync } from "node:fs";

// src/domain/artifacts/artifact.ts
var MAX_ARTIFACT_PATH_BYTES = 1024;
var MAX_ARTIFACT_BYTES = 5 * 1024 ** 3;
function artifactPathProblem(path) {
  if (path === "") return "must not be empty";
  if (new TextEncoder().encode(path).length > MAX_ARTIFACT_PATH_BYTES)
    return `must be at most ${MAX_ARTIFACT_PATH_BYTES} bytes`;
  if (/[\u0000-\u001f\u007f]/.test(path)) return "must not contain control characters";
  if (!path.isWellFormed()) return "must be well-formed Unicode";
  for (const segment of path.split("/")) {
    if (segment === "") return "must not have an empty segment";
    if (segment === "." || segment === "..") return 'must not have a "." or ".." segment';
  }
  return null;
}
function encodePath(path) {
  return path.split("/").map(encodeSegment).join("/");
}
function encodeSegment(segment) {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

// cli/files/sent-file.ts
import { constants as constants4 } from "node:fs";
import { open as open3 } from "node:fs/promises";
async function openFile(found) {
  const handle = await open3(found.file, constants4.O_RDONLY | (constants4.O_NONBLOCK ?? 0));
  try {
    if (!(await handle.stat()).isFile()) throw changedMeanwhile(found.path);
    if (await isOfOtherSize(handle, found.sizeBytes)) throw new CliError("left_out", OTHER_SIZE);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
var OTHER_SIZE = "it has other bytes than its size says, as files below /proc do: send a copy of it";
async function isOfOtherSize(handle, sizeBytes) {
  const last = Math.min(sizeBytes, 1);
  const { bytesRead } = await handle.read(new Uint8Array(2), 0, 2, sizeBytes - last);
  return bytesRead !== last && (await handle.stat()).size === sizeBytes;
}
async function* readAll(handle, { path, sizeBytes }) {
  let length = 0;
  try {
    while (length < sizeBytes) {
      const bytes = new Uint8Array(Math.min(SLICE_BYTES, sizeBytes - length));
      const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, length);
      if (bytesRead === 0) throw changedMeanwhile(path);
      length += bytesRead;
      yield bytes.subarray(0, bytesRead);
    }
  } catch (error) {
    throw systemFailure(error, path);
  }
}
var SLICE_BYTES = 128 * 1024;
async function* slices(bytes) {
  for (let from = 0; from < bytes.byteLength; from += SLICE_BYTES) yield bytes.subarray(from, from + SLICE_BYTES);
}
async function* counted(source, count) {
  for await (const chunk of source) {
    yield chunk;
    count(chunk.byteLength);
  }
}
function named(path, error) {
  if (!(error instanceof CliError) || error.message.startsWith(`${path}: `)) return error;
  const { failure, hint, status, code, problems } = error;
  const isOther = code === null ? failure === "conflict" : code === "other_bytes";
  const more = isOther ? "Say --overwrite to replace them." : hint;
  return new CliError(failure, `${path}: ${wordsOn(error)}`, { hint: more, status, code, problems, cause: error });
}
function wordsOn({ message, code, problems }) {
  if (code === "other_bytes") return "this build has other bytes there.";
  const [problem, ...others] = problems;
  return problem?.path === "path" && others.length === 0 ? problem.message : message;
}
function otherDigest(path) {
  return new CliError("corrupt", `${path}: the server has other bytes than this file: did it change meanwhile?`);
}
function changedMeanwhile(path) {
  return new CliError("corrupt", `${path}: it changed while it was sent.`, {
    hint: "Send it when nothing writes to it, or a copy of it."
  });
}

// cli/files/upload-parts.ts
import { createHash as createHash3 } from "node:crypto";

// src/domain/artifacts/upload.ts
var PART_SIZE_BYTES = 8 * 1024 ** 2;
function partCountOf({ sizeBytes, partSizeBytes }) {
  return Math.ceil(sizeBytes / partSizeBytes);
}
function sizeOfPart(upload, number) {
  const count = partCountOf(upload);
  if (!Number.isInteger(number) || number < 1 || number > count) return null;
  return number < count ? upload.partSizeBytes : upload.sizeBytes - (count - 1) * upload.partSizeBytes;
}
function missingParts(upload, parts) {
  const here = new Set(parts.map((part) => part.number));
  return Array.from({ length: partCountOf(upload) }, (_, i) => i + 1).filter((number) => !here.has(number));
}

// cli/pool.ts
function openPool(size) {
  const waiting = [];
  let running = 0;
  return async (work) => {
    if (running >= size) await new Promise((resolve2) => waiting.push(resolve2));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
async function allSettled(works) {
  const settled2 = await Promise.allSettled(works);
  const failed = settled2.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled2.map((one) => one.value);
}
async function settleEach(items, pool, work, isHopeless2) {
  const done = [];
  const failures = [];
  let untried = 0;
  let isOver2 = false;
  await Promise.all(
    items.map(
      (item, at) => pool(async () => {
        if (isOver2) return void untried++;
        try {
          done[at] = await work(item);
        } catch (error) {
          failures.push(error);
          isOver2 ||= isHopeless2(error);
        }
      })
    )
  );
  return { done: done.filter((_, at) => at in done), failures, untried };
}

// cli/files/upload-state.ts
import { dirname as dirname5 } from "node:path";

// cli/server/path.ts
function isId(text) {
  return /^[\w-]{1,200}$/.test(text);
}

// cli/files/upload-state.ts
function keepUpload(server, transfer, { file, path }, id) {
  const note = noteFor(server, transfer);
  if (note === null) return;
  try {
    dropOldNotes(dirname5(note));
    writePrivateJson(note, { upload_id: id, file, path });
  } catch (error) {
    warnOfLostNote(server, error);
  }
}
function keptUpload(server, transfer) {
  const note = noteFor(server, transfer);
  const { upload_id } = (note && readPrivateJson(note)) ?? {};
  return typeof upload_id === "string" && isId(upload_id) ? upload_id : null;
}
function forgetUpload(server, transfer) {
  const note = noteFor(server, transfer);
  if (note) forgetNote(note);
}
function noteFor(server, { num, nodeIndex, overwrite, path, identity }) {
  const { origin, slug } = server;
  return transferNote(server, "uploads", [origin, slug, num, nodeIndex, overwrite, path, ...identity]);
}

// cli/files/upload-parts.ts
var MAX_ROUNDS = 3;
async function sendInParts(server, file, to, options2) {
  const handle = await openFile(file);
  try {
    const transfer = { ...options2, path: file.path, identity: to.identity() };
    for (let round = 1; ; round++) {
      const upload = await resumed(server, file, transfer) ?? await begun(server, file, to, options2);
      keepUpload(server, transfer, file, upload.id);
      const digests = await sendParts(server, options2, upload, handle);
      await requireSame(handle, file, upload, digests);
      try {
        return await completed(server, to, transfer, { upload, digests });
      } catch (error) {
        const isGone = isUploadGone(error);
        const isCrossed = isGone || error instanceof CliError && error.code === "other_parts";
        if (!isCrossed || round === MAX_ROUNDS) throw error;
        if (isGone) forgetUpload(server, transfer);
        options2.progress.add(-file.sizeBytes);
      }
    }
  } catch (error) {
    throw named(file.path, error);
  } finally {
    await handle.close();
  }
}
function isUploadGone(error) {
  return error instanceof CliError && (error.code === null ? error.status === 404 : error.code === "upload_not_found");
}
async function resumed(server, file, transfer) {
  const id = keptUpload(server, transfer);
  if (id === null) return null;
  try {
    const upload = uploadOf(await askJson(server, { method: "GET", path: uploadPath(server, transfer, id) }));
    if (upload.path === file.path && upload.sizeBytes === file.sizeBytes) return upload;
  } catch (error) {
    if (!isUploadGone(error)) throw error;
  }
  forgetUpload(server, transfer);
  return null;
}
async function begun(server, file, to, { num, nodeIndex, overwrite }) {
  return uploadOf(
    await askJson(server, {
      method: "POST",
      path: `${projectPath(server)}/builds/${num}/uploads`,
      json: {
        path: file.path,
        size: file.sizeBytes,
        node_index: nodeIndex,
        overwrite,
        ...to.begin
      }
    })
  );
}
async function sendParts(server, options2, upload, handle) {
  const numbers = missingParts(upload, []);
  let isFailed = false;
  return allSettled(
    numbers.map(
      (number) => options2.pool(async () => {
        if (isFailed) throw new CliError("failed", "another part failed");
        try {
          const bytes = await partOf(handle, upload, number);
          const sha256 = createHash3("sha256").update(bytes).digest();
          const hex = sha256.toString("hex");
          if (upload.isComplete || upload.parts.get(number) === hex) options2.progress.add(bytes.byteLength, false);
          else await sendPart(server, options2, upload, { number, bytes, sha256 });
          return hex;
        } catch (error) {
          isFailed = true;
          throw error;
        }
      })
    )
  );
}
async function sendPart(server, options2, upload, { number, bytes, sha256 }) {
  let sent = 0;
  await askJson(server, {
    method: "PUT",
    path: `${uploadPath(server, options2, upload.id)}/${number}`,
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Length": String(bytes.byteLength),
      "Content-Digest": `sha-256=:${sha256.toString("base64")}:`
    },
    body() {
      options2.progress.add(-sent);
      sent = 0;
      return counted(slices(bytes), (count) => {
        sent += count;
        options2.progress.add(count);
      });
    }
  });
}
async function partOf(handle, upload, number) {
  const bytes = new Uint8Array(sizeOfPart(upload, number) ?? 0);
  let length = 0;
  while (length < bytes.byteLength) {
    const at = (number - 1) * upload.partSizeBytes + length;
    const { bytesRead } = await handle.read(bytes, length, bytes.byteLength - length, at);
    if (bytesRead === 0) throw changedMeanwhile(upload.path);
    length += bytesRead;
  }
  return bytes;
}
async function requireSame(handle, file, upload, digests) {
  const { size, mtimeMs } = await handle.stat();
  if (size === file.sizeBytes && mtimeMs === file.modifiedMs) return;
  for (const [at, digest] of digests.entries()) {
    const bytes = await partOf(handle, upload, at + 1);
    if (createHash3("sha256").update(bytes).digest("hex") !== digest) throw changedMeanwhile(file.path);
  }
}
async function completed(server, to, transfer, { upload, digests }) {
  const path = `${uploadPath(server, transfer, upload.id)}/complete`;
  const stored = to.read(await askJson(server, { method: "POST", path }));
  forgetUpload(server, transfer);
  const ours = digestText(await digestOfParts(upload.partSizeBytes, digests));
  if (digestText(stored.digest) !== ours) throw otherDigest(upload.path);
  return stored;
}
function uploadPath(server, { num }, id) {
  return `${projectPath(server)}/builds/${num}/uploads/${encodeURIComponent(id)}`;
}
var UPLOAD = { upload_id: "text", path: "text", size: "count", part_size: "count" };
function uploadOf(value) {
  const { upload_id, path, size, part_size } = answerOf(value, UPLOAD, "an upload");
  const { complete, parts } = value;
  const known = listOf(parts, { part: "count", sha256: "text" }, "an upload");
  if (part_size < 1 || partCountOf({ sizeBytes: size, partSizeBytes: part_size }) > 1e4)
    throw noAnswerWith("an upload");
  return {
    id: upload_id,
    path,
    sizeBytes: size,
    partSizeBytes: part_size,
    isComplete: complete === true,
    parts: new Map(known.map(({ part, sha256 }) => [part, sha256]))
  };
}

// cli/files/upload-file.ts
var PARTS_FROM_BYTES = 32 * 1024 ** 2;
function uploadFile(server, file, options2, progress) {
  const { path, sizeBytes, modifiedMs, contentType } = file;
  const to = {
    path: `artifacts/${encodePath(path)}`,
    begin: { content_type: contentType },
    identity: () => [realpathSync(file.file), sizeBytes, modifiedMs],
    read: artifactOf
  };
  return sendFile(server, file, to, { ...options2, progress });
}
function sendFile(server, file, to, options2) {
  return file.sizeBytes < PARTS_FROM_BYTES ? options2.pool(() => sendWhole(server, file, to, options2)) : sendInParts(server, file, to, options2);
}
async function sendWhole(server, file, to, { num, nodeIndex, overwrite, progress }) {
  const handle = await openFile(file);
  try {
    const sha256 = await sha256Of(readAll(handle, file));
    let sent = 0;
    const body = () => {
      progress.add(-sent);
      sent = 0;
      if (file.sizeBytes === 0) return new Uint8Array(0);
      return counted(readAll(handle, file), (bytes) => {
        sent += bytes;
        progress.add(bytes);
      });
    };
    const query = `?node_index=${nodeIndex}${overwrite ? "&overwrite=true" : ""}`;
    const answer = await askJson(server, {
      method: "PUT",
      path: `${projectPath(server)}/builds/${num}/${to.path}${query}`,
      headers: {
        "Content-Type": file.contentType,
        "Content-Length": String(file.sizeBytes),
        "Repr-Digest": `sha-256=:${sha256.toString("base64")}:`
      },
      body
    });
    const stored = to.read(answer);
    if (digestText(stored.digest) !== `sha256:${sha256.toString("hex")}`) throw otherDigest(file.path);
    return stored;
  } catch (error) {
    const isOther = error instanceof CliError && error.code === "digest_mismatch";
    throw isOther ? otherDigest(file.path) : named(file.path, error);
  } finally {
    await handle.close();
  }
}
async function sha256Of(bytes) {
  const hash = createHash4("sha256");
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest();
}

// cli/packs/plan-packs.ts
var MIN_PACK_FILES = 16;
var MAX_FILES = 2e4;
var MAX_BYTES = 1024 ** 3;
function planPacks(files) {
  const groups = [];
  const loose = [];
  let left = { files: 0, bytes: 0, pathBytes: 0 };
  for (const file of files) {
    if (!isPackable(file)) {
      loose.push(file);
      continue;
    }
    const pathBytes = Buffer.byteLength(file.path);
    if (left.files < 1 || left.bytes < file.sizeBytes || left.pathBytes < pathBytes) {
      groups.push([]);
      left = { files: MAX_FILES, bytes: MAX_BYTES, pathBytes: MAX_PACK_PATH_BYTES };
    }
    groups.at(-1)?.push(file);
    left = { files: left.files - 1, bytes: left.bytes - file.sizeBytes, pathBytes: left.pathBytes - pathBytes };
  }
  const packs = groups.filter((group) => group.length >= MIN_PACK_FILES);
  const few = groups.filter((group) => group.length < MIN_PACK_FILES);
  return {
    packs: packs.slice(0, MAX_PACKS_A_BUILD).map(plannedPack),
    loose: [...loose, ...few.flat()],
    beyond: packs.slice(MAX_PACKS_A_BUILD).flat()
  };
}
function isPackable({ path, sizeBytes }) {
  return sizeBytes < PARTS_FROM_BYTES && !path.includes("\\") && !/^[a-z]:/i.test(path);
}
function plannedPack(files) {
  const paths = createHash5("sha256").update(JSON.stringify(files.map(({ path }) => path)));
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { name: `files-${paths.digest("hex").slice(0, 16)}`, files, sizeBytes };
}

// cli/terminal/outcome.ts
async function moveEach(server, items, parallel, move) {
  const { done, failures, untried } = await settleEach(
    items,
    openPool(parallel),
    (item) => {
      server.signal.throwIfAborted();
      return move(item);
    },
    isHopeless
  );
  server.signal.throwIfAborted();
  const told = failures.map((failure) => systemFailure(failure));
  if (untried > 0) {
    const { failure } = told.find((one) => one instanceof CliError) ?? { failure: "failed" };
    told.push(new CliError(failure, untried === 1 ? "1 more was not tried." : `${untried} more were not tried.`));
  }
  return { done, failures: told };
}
function isHopeless(failure) {
  if (["ENOSPC", "EDQUOT", "EROFS"].includes(systemCodeOf(failure) ?? "")) return true;
  return failure instanceof CliError && (failure.failure === "unreachable" || failure.failure === "refused");
}
function warnOfLeftOut(leftOut, output) {
  for (const { path, reason } of leftOut) output.warn(`left out ${path}: ${reason}`);
}
function shortfallText({ leftOut, failures }) {
  return `${leftOut.length > 0 ? `, ${leftOut.length} left out` : ""}${failures.length > 0 ? `, ${failures.length} failed` : ""}`;
}
function failuresOf({ done, failures, leftOut }, strict = false) {
  if (leftOut.length === 0 || !(strict || done.length + failures.length === 0)) return failures;
  const count = leftOut.length === 1 ? "1 file or folder was left out" : `${leftOut.length} files or folders were left out`;
  return [...failures, new CliError("left_out", strict ? `${count}.` : `${count}, and there is no other.`)];
}
function settle(line, result, failures, output) {
  const [first, ...others] = failures;
  if (first === void 0) {
    output.result(line, result);
    return EXIT.ok;
  }
  if (!output.json) output.result(line, result);
  const code = reportFailure(first, output.json, { ...result, failures: failures.map(failureJson) });
  const told = /* @__PURE__ */ new Set([wordsOf(first)]);
  for (const other of others) {
    if (!told.has(wordsOf(other))) reportFailure(other, false);
    told.add(wordsOf(other));
  }
  return code;
}
function wordsOf(failure) {
  return failure instanceof Error ? failure.message : String(failure);
}
function failureJson(failure) {
  const { failure: code = "failed", message, hint = null, status = null } = failure;
  return { code, message, hint, status };
}

// cli/terminal/progress.ts
var import_cli_progress = __toESM(require_cli_progress(), 1);
function startProgress(output, onMoved = () => {
}) {
  const shown = output.isLive ? bars() : lines(output);
  return {
    file(name, sizeBytes) {
      const file = shown.file(name, sizeBytes);
      let through = 0;
      let most = 0;
      return {
        add(bytes, isMoved) {
          through += bytes;
          if (through > most) onMoved();
          most = Math.max(most, through);
          file.add(bytes, isMoved);
        },
        done(word) {
          onMoved();
          file.done(word);
        },
        failed: file.failed
      };
    },
    stop: shown.stop
  };
}
var LINE_EVERY_MS = 1e4;
function lines(output) {
  return {
    file(name, sizeBytes) {
      const startedAt = performance.now();
      let printedAt = startedAt;
      let done = 0;
      return {
        add(bytes) {
          done += bytes;
          if (performance.now() - printedAt < LINE_EVERY_MS || done >= sizeBytes) return;
          printedAt = performance.now();
          output.note(`${name}: ${Math.floor(100 * done / sizeBytes)} % of ${sizeText(sizeBytes)}`);
        },
        done: (word) => output.note(`${word} ${name} (${sizeText(sizeBytes)}, ${took(startedAt)})`),
        failed() {
        }
      };
    },
    stop() {
    }
  };
}
var MAX_NAME_LENGTH = 36;
function bars() {
  process.stderr.on("error", () => {
  });
  const multi = new import_cli_progress.MultiBar({
    stream: process.stderr,
    format: "{name} {bar} {percentage} %  {done} of {size}  {speed}/s  {left}",
    barCompleteChar: "━",
    barIncompleteChar: "┄",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
    fps: 8
  });
  return {
    file(name, sizeBytes) {
      const startedAt = performance.now();
      let done = 0;
      let moved = 0;
      let bar = null;
      const payload = () => {
        const seconds = (performance.now() - startedAt) / 1e3;
        const perSecond = seconds > 0 ? Math.max(0, moved) / seconds : 0;
        const left = perSecond > 0 ? Math.ceil((sizeBytes - done) / perSecond) : null;
        return {
          name: shortened(visibleLine(name)).padEnd(MAX_NAME_LENGTH),
          done: sizeText(done),
          size: sizeText(sizeBytes),
          speed: sizeText(Math.round(perSecond)),
          left: left === null ? "" : `${left} s left`
        };
      };
      const shown = () => {
        bar ??= multi.create(sizeBytes, 0, payload());
        return bar;
      };
      return {
        // A bar for every file of thousands would fill the screen: it is there from the first byte to the last.
        add(bytes, isMoved = true) {
          done += bytes;
          if (isMoved) moved += bytes;
          shown().update(Math.max(0, Math.min(done, sizeBytes)), payload());
        },
        done(word) {
          multi.log(`${word} ${visibleLine(name)} (${sizeText(sizeBytes)}, ${took(startedAt)})
`);
          multi.remove(shown());
        },
        failed() {
          if (bar) multi.remove(bar);
        }
      };
    },
    stop: () => multi.stop()
  };
}
function shortened(name) {
  return name.length <= MAX_NAME_LENGTH ? name : `…${name.slice(1 - MAX_NAME_LENGTH)}`;
}
function took(startedAt) {
  return `${((performance.now() - startedAt) / 1e3).toFixed(1)} s`;
}

// cli/files/local-path.ts
import { lstatSync, realpathSync as realpathSync2 } from "node:fs";
import { dirname as dirname6, isAbsolute as isAbsolute2, join as join7, relative, sep } from "node:path";
var RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
function localSegments(path, platform = process.platform) {
  const problem = artifactPathProblem(path);
  if (problem) throw new CliError("failed", `${JSON.stringify(path)} is not kept: an artifact path ${problem}.`);
  const segments = path.split("/");
  return platform === "win32" ? segments.map(windowsName) : segments;
}
function windowsName(segment) {
  const name = segment.replace(/[<>:"|?*\\]/g, "_").replace(/[. ]$/, "_");
  return RESERVED.test(name) ? `_${name}` : name;
}
function nameRulesOf(platform) {
  return { ignoresCase: platform === "win32" || platform === "darwin", ignoresForm: platform === "darwin" };
}
function collisionsOf(places, rules) {
  const keyOf2 = (segments) => {
    const name = segments.join("/");
    const key = rules.ignoresForm ? name.normalize("NFC") : name;
    return rules.ignoresCase ? key.toLowerCase() : key;
  };
  const first = /* @__PURE__ */ new Map();
  const collisions = [];
  for (const place of places) {
    const other = first.get(keyOf2(place.segments));
    if (other) collisions.push([other, place]);
    else first.set(keyOf2(place.segments), place);
  }
  for (const place of places)
    for (let length = 1; length < place.segments.length; length++) {
      const other = first.get(keyOf2(place.segments.slice(0, length)));
      if (other) collisions.push([other, place]);
    }
  return collisions;
}
function pathInside(folder, path) {
  const way = relative(folder, path);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute2(way) ? null : way;
}
function apartText([one, other]) {
  const isAlike = one.path !== other.path && one.path.normalize("NFC") === other.path.normalize("NFC");
  const shown = ({ path }) => isAlike ? path.replace(/[^ -~]/gu, escaped) : path;
  return `${shown(one)} and ${shown(other)}`;
}
function escaped(character) {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
function openPlace(root, segments) {
  makeFolder(root);
  const base = realpathSync2(root);
  const file = join7(base, ...segments);
  const folder = dirname6(file);
  let at = base;
  for (const segment of relative(base, folder).split(sep).filter(Boolean)) {
    at = join7(at, segment);
    makeFolder(at);
    const real = realpathSync2(at);
    if (pathInside(base, real) === null)
      throw new CliError("failed", `${at} leads out of ${base}: nothing is written there.`);
  }
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError("failed", `${file} is a folder: the artifact of that name cannot be put there.`);
  return file;
}

// cli/files/download-all.ts
async function downloadAll(server, places, target, output) {
  const batch = { ...target, server, output, progress: startProgress(output), came: /* @__PURE__ */ new Map(), failures: [] };
  try {
    const planned = target.isPacked ? await planDownloads(batch, places) : [];
    const isPlanned = new Set(planned.flatMap(({ wanted }) => wanted.map(({ place }) => place)));
    const loose = places.filter((place) => !batch.came.has(place) && !isPlanned.has(place));
    const turn = openPool(1);
    const { failures } = await moveEach(
      server,
      [...planned, ...loose],
      target.parallel,
      (one) => "pack" in one ? turn(() => fetchMany(batch, one)) : fetchOne(batch, one)
    );
    batch.failures.push(...failures);
  } finally {
    batch.progress.stop();
  }
  return { done: places.flatMap((place) => batch.came.get(place) ?? []), failures: batch.failures };
}
async function fetchOne({ server, progress, to, came }, place) {
  const { artifact, segments } = place;
  const bar = progress.file(artifact.path, artifact.sizeBytes);
  try {
    const file = openPlace(to, segments);
    const word = await downloadFile(server, artifact, file, bar);
    bar.done(word);
    came.set(place, downloadedFile(place, file, word === "already there"));
  } catch (error) {
    bar.failed();
    throw error;
  }
}
async function fetchMany(batch, planned) {
  const { server, output, progress, came, parallel } = batch;
  const why = await downloadPack(server, planned, progress, ({ place }, file) => {
    came.set(place, downloadedFile(place, file, false));
  });
  const rest = planned.wanted.map(({ place }) => place).filter((place) => !came.has(place));
  if (why !== null) output.warn(`${countText(rest.length)} come one by one, in no pack: ${why}`);
  const { failures } = await moveEach(server, rest, parallel, (place) => fetchOne(batch, place));
  batch.failures.push(...failures);
}
async function planDownloads(batch, places) {
  const { server, to, num, came, output } = batch;
  const groups = groupsOf(places).filter((group) => group.length >= MIN_PACK_FILES);
  const folder = groups.length > 0 ? folderAt(to) : null;
  if (folder === null) return [];
  await findThere(batch, groups.flat());
  if (came.size > 0) output.note(`already there: ${countText(came.size)}`);
  const isDone = came.size === groups.flat().length;
  if (isDone && !hasPart(folder)) return [];
  const packs = await listPacks(server, num).catch(noPacks);
  const planned = [];
  for (const group of groups) {
    const [{ artifact }] = group;
    const pack = packs.find(({ name, nodeIndex }) => name === artifact.pack && nodeIndex === artifact.nodeIndex);
    if (!pack) continue;
    const missing = group.filter((place2) => !came.has(place2));
    const place = zipPlace(folder, pack);
    const left = await leftBytes(server, place);
    if (missing.length === 0 && left !== null) await dropZip(server, place);
    if (isWorthIt(pack, missing, left))
      planned.push({ pack, place, wanted: missing.map((one) => plannedFile(one, to)) });
  }
  return planned;
}
function groupsOf(places) {
  const groups = /* @__PURE__ */ new Map();
  for (const place of places) {
    const { pack, nodeIndex } = place.artifact;
    if (pack === null) continue;
    const group = groups.get(`${nodeIndex} ${pack}`);
    if (group) group.push(place);
    else groups.set(`${nodeIndex} ${pack}`, [place]);
  }
  return [...groups.values()];
}
function folderAt(to) {
  try {
    makeFolder(to);
    return realpathSync3(to);
  } catch {
    return null;
  }
}
function hasPart(folder) {
  try {
    return readdirSync2(folder).some(isPartFile);
  } catch {
    return false;
  }
}
async function findThere({ server, to, parallel, came }, places) {
  const pool = openPool(parallel);
  const look = async (place) => {
    server.signal.throwIfAborted();
    const file = openPlace(to, place.segments);
    if (await hasBytes(file, place.artifact)) came.set(place, downloadedFile(place, file, true));
  };
  await Promise.all(places.map((place) => pool(() => look(place).catch(() => {
  }))));
  server.signal.throwIfAborted();
}
function noPacks(error) {
  if (error instanceof CliError && (error.failure === "not_found" || error.failure === "failed")) return [];
  throw error;
}
var FILE_COST_BYTES = 32 * 1024;
function isWorthIt({ sizeBytes }, missing, left) {
  if (missing.length < (left === null ? MIN_PACK_FILES : 1)) return false;
  const alone = missing.reduce((sum, { artifact }) => sum + artifact.sizeBytes + FILE_COST_BYTES, 0);
  return sizeBytes - (left ?? 0) <= alone;
}
function plannedFile(place, to) {
  return { place, artifact: place.artifact, open: () => openPlace(to, place.segments) };
}
function downloadedFile({ artifact }, file, wasThere) {
  const { path, nodeIndex, sizeBytes, digest } = artifact;
  return { path, node_index: nodeIndex, size: sizeBytes, digest: digestText(digest), file, was_there: wasThere };
}

// cli/files/pattern.ts
var MAX_PATTERN_LENGTH = 4096;
var SHOWN_LENGTH = 41;
function patternProblem(glob) {
  if (glob.length <= MAX_PATTERN_LENGTH) return null;
  return usageError(
    `"${clipped(glob, SHOWN_LENGTH)}" is too long: a path or pattern has at most ${MAX_PATTERN_LENGTH.toLocaleString("en")} characters.`,
    "Are there quotes around a list? Each path or pattern is an argument of its own."
  );
}

// cli/terminal/interrupt.ts
import { setMaxListeners } from "node:events";
import { constants as constants5 } from "node:os";
var Interrupted = class extends Error {
  exitCode;
  constructor(signal) {
    super(`ended by ${signal}`);
    this.exitCode = exitCodeOfSignal(signal);
  }
};
function exitCodeOfSignal(signal) {
  return 128 + (constants5.signals[signal] ?? 1);
}
function openAbort() {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
function abortOnSignals() {
  const controller = openAbort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.once(signal, () => controller.abort(new Interrupted(signal)));
  return controller.signal;
}

// cli/verbs/common.ts
function withServer(command, hasResult = true) {
  if (hasResult) command.option("--json", "print the result as one JSON document");
  return command.option("--url <url>", "the server; else BUILDPASS_URL, else that of the last login").option("--project <slug>", "vcs/org/repo; else BUILDPASS_PROJECT, else what the CI or the Git remote says").option("--quiet", "print no progress");
}
function withJob(command) {
  return command.option("--job <name>", "name of the job; else BUILDPASS_JOB, else the CI’s. Give each leg of a matrix its own").option("--workflow <name>", "name of the workflow; else BUILDPASS_WORKFLOW").option("--branch <name>", "branch that is built; else BUILDPASS_BRANCH").option("--tag <name>", "tag that is built; else BUILDPASS_TAG").option("--revision <sha>", "commit that is built; else BUILDPASS_REVISION").option("--id <id>", "what makes this run unique in the project; else BUILDPASS_ID. The same id is the same build");
}
async function runVerb(options2, verb) {
  const output = openOutput(options2);
  try {
    const opened2 = await openServer(options2, output, abortOnSignals());
    process.exitCode = await verb({ ...opened2, output }) ?? 0;
  } catch (error) {
    if (error instanceof Interrupted) {
      output.warn(`${error.message}; the same command goes on from here`);
      process.exit(error.exitCode);
    }
    process.exitCode = reportFailure(error, output.json);
  }
}
function filledOption(text) {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}
function filledWords(text, before) {
  return [...before ?? [], filledOption(text)];
}
function countOption(min, max) {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= min && count <= max) return count;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

// cli/verbs/download.ts
function addDownload(program3) {
  withServer(program3.command("download").description("download artifacts, each checked against its digest")).argument("[glob...]", "artifact paths or patterns like release/*.tar; all when none is given", filledWords).option("--build <n>", "number of the build; else the newest that has artifacts", countOption(1, 999999999)).option("--branch <name>", "of the newest: on this branch; else the project’s default branch", filledOption).addOption(new Option("--filter <which>", "of the newest").choices(BUILD_FILTERS).default("successful")).option("--job <name>", "of the newest: of the job of this name", filledOption).option("--workflow <name>", "of the newest: of the workflow of this name", filledOption).option("--node-index <n>", "only what this node made", countOption(0, 9999)).option("--to <folder>", "where to put them", filledOption, ".").option("--flat", "without the folders of their paths").option("--no-pack", "fetch each file by itself, also where there are many in one zip").option("--parallel <n>", "files at once", countOption(1, 32), 4).action(
    (globs, options2) => runVerb(options2, async ({ server, output }) => {
      const { num, artifacts } = await listChosen(server, options2);
      const { chosen, unmatched } = choose(artifacts, globs, num, options2.nodeIndex);
      const { places, collisions } = placesOf(chosen, options2);
      const { to, parallel, pack: isPacked } = options2;
      const moved = await downloadAll(server, places, { num, to, parallel, isPacked }, output);
      const { done: files } = moved;
      const failures = [...unmatched, ...collisions, ...moved.failures];
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      if (files.length === 0 && unmatched.length === failures.length && failures.length > 0)
        return settle("", { build_num: num, files }, failures, output);
      const line = `${countText(files.length)} (${sizeText(bytes)}) of build ${num} of ${server.slug}${shortfallText({ done: files, failures, leftOut: [] })}`;
      return settle(line, { build_num: num, files }, failures, output);
    })
  );
}
async function listChosen(server, options2) {
  const { build, branch, filter, job, workflow } = options2;
  if (build !== void 0) return listArtifacts(server, `builds/${build}/artifacts`);
  const named2 = Object.entries({ branch, filter, job, workflow }).filter(
    (entry) => Boolean(entry[1])
  );
  return listArtifacts(server, `latest/artifacts?${new URLSearchParams(named2)}`).catch((error) => {
    if (!(error instanceof CliError) || error.code !== "build_not_found") throw error;
    const where = branch ? ` on ${branch}` : "";
    throw new CliError("not_found", `No ${filter} build with artifacts${where} of ${server.slug}.`, {
      hint: "Choose another with --branch, --filter or --build.",
      status: 404
    });
  });
}
function choose(artifacts, globs, num, nodeIndex) {
  const ofNode = artifacts.filter((artifact) => nodeIndex === void 0 || artifact.nodeIndex === nodeIndex);
  if (globs.length === 0 && ofNode.length === 0) throw new CliError("not_found", `Build ${num} has no artifacts.`);
  if (globs.length === 0) return { chosen: ofNode, unmatched: [] };
  const chosen = /* @__PURE__ */ new Set();
  const unmatched = [];
  for (const glob of globs) {
    const tooLong = patternProblem(glob);
    if (tooLong) {
      unmatched.push(tooLong);
      continue;
    }
    const matches = (0, import_picomatch.default)(glob, { dot: true });
    const meant = ofNode.filter(({ path }) => path === glob || matches(path));
    for (const artifact of meant) chosen.add(artifact);
    if (meant.length > 0) continue;
    const hint = ofNode.length > 0 ? `It has ${examplesOf(ofNode)}.` : "It has none.";
    unmatched.push(new CliError("not_found", `"${glob}" matches no artifact of build ${num}.`, { hint }));
  }
  return { chosen: ofNode.filter((artifact) => chosen.has(artifact)), unmatched };
}
function examplesOf(artifacts) {
  const shown = artifacts.slice(0, 5).map(({ path }) => path);
  return `${shown.join(", ")}${artifacts.length > shown.length ? ` and ${artifacts.length - shown.length} more` : ""}`;
}
function placesOf(artifacts, { flat }) {
  const hasNodes = new Set(artifacts.map(({ nodeIndex }) => nodeIndex)).size > 1;
  const places = artifacts.map((artifact) => {
    const segments = localSegments(artifact.path);
    const inside = flat ? segments.slice(-1) : segments;
    return { artifact, path: artifact.path, segments: hasNodes ? [`node-${artifact.nodeIndex}`, ...inside] : inside };
  });
  const pairs = collisionsOf(places, nameRulesOf(process.platform));
  const inTheWay = new Set(pairs.flat());
  const collisions = pairs.map(
    (pair) => usageError(
      `${apartText(pair)} cannot both be put here.`,
      "Name the one that you want, use another --to for each, or leave out --flat."
    )
  );
  return { places: places.filter((place) => !inTheWay.has(place)), collisions };
}

// cli/server/read-secret.ts
import { createInterface } from "node:readline";
import { Writable as Writable2 } from "node:stream";
async function readSecretFromStdin(prompt) {
  const text = (process.stdin.isTTY ? await typed(prompt) : await piped()).trim();
  if (!parseSecret(text)) throw usageError("That is not a Buildpass token: it looks like bpu_… and has 46 characters.");
  return text;
}
async function piped() {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  return text;
}
function typed(prompt) {
  say("stderr", prompt);
  const output = new Writable2({ write: (_chunk, _encoding, done) => done() });
  const lines2 = createInterface({ input: process.stdin, output, terminal: true });
  return new Promise((resolve2, reject) => {
    const settle2 = (use) => {
      say("stderr", "\n");
      use();
      lines2.close();
    };
    lines2.once("line", (line) => settle2(() => resolve2(line)));
    lines2.once("SIGINT", () => settle2(() => reject(usageError("Nothing was typed."))));
  });
}

// cli/verbs/login.ts
var TOKEN = { kind: "text", label: "text", expires_at: "text or null" };
function addLogin(program3) {
  program3.command("login").description("keep a token on this machine, in a file that only you can read").option("--url <url>", "the server; else BUILDPASS_URL").option("--json", "print the result as one JSON document").action(
    (options2) => settled(options2, async () => {
      const output = openOutput(options2);
      const file = loginFile();
      const origin = originOf(options2.url || process.env.BUILDPASS_URL || readLogins().current);
      const token = await readSecretFromStdin(`Token for ${origin} (not shown): `);
      const server = {
        origin,
        slug: null,
        credential: { source: "what was typed", hint: null, token: async () => token, renew: async () => false },
        userAgent: `buildpass-cli/${VERSION}`,
        retryMs: 2e4,
        signal: abortOnSignals(),
        warn: output.warn
      };
      const answer = await askJson(server, { method: "GET", path: "/api/buildpass/v1/token" });
      const { kind, label, expires_at } = answerOf(answer, TOKEN, "a token");
      keepLogin(origin, token);
      output.result(
        `logged in to ${origin} with the ${kind} token "${label}"${expires_at ? `, which expires on ${expires_at.slice(0, 10)}` : ""}`,
        { origin, kind, label, expires_at, file }
      );
    })
  );
  program3.command("logout").description('forget the token of a server; it stays valid: delete it with "buildpass token delete"').option("--url <url>", "the server; else BUILDPASS_URL, else that of the last login").option("--json", "print the result as one JSON document").action(
    (options2) => settled(options2, async () => {
      loginFile();
      const origin = originOf(options2.url || process.env.BUILDPASS_URL || readLogins().current);
      if (!dropLogin(origin)) throw new CliError("not_found", `There is no login for ${origin}.`);
      openOutput(options2).result(`logged out of ${origin}`, { origin });
    })
  );
}
async function settled({ json = false }, work) {
  try {
    await work();
  } catch (error) {
    process.exitCode = reportFailure(error, json);
  }
}

// cli/files/upload-tests.ts
import { readFile } from "node:fs/promises";

// cli/files/find-files.ts
var import_picomatch2 = __toESM(require_picomatch2(), 1);
import { lstatSync as lstatSync2, realpathSync as realpathSync5, statSync as statSync6 } from "node:fs";
import { basename as basename3, dirname as dirname8, join as join9, resolve, sep as sep2 } from "node:path";

// node_modules/mrmime/index.mjs
var mimes = {
  "3g2": "video/3gpp2",
  "3gp": "video/3gpp",
  "3gpp": "video/3gpp",
  "3mf": "model/3mf",
  "aac": "audio/aac",
  "ac": "application/pkix-attr-cert",
  "adp": "audio/adpcm",
  "adts": "audio/aac",
  "ai": "application/postscript",
  "aml": "application/automationml-aml+xml",
  "amlx": "application/automationml-amlx+zip",
  "amr": "audio/amr",
  "apng": "image/apng",
  "appcache": "text/cache-manifest",
  "appinstaller": "application/appinstaller",
  "appx": "application/appx",
  "appxbundle": "application/appxbundle",
  "asc": "application/pgp-keys",
  "atom": "application/atom+xml",
  "atomcat": "application/atomcat+xml",
  "atomdeleted": "application/atomdeleted+xml",
  "atomsvc": "application/atomsvc+xml",
  "au": "audio/basic",
  "avci": "image/avci",
  "avcs": "image/avcs",
  "avif": "image/avif",
  "aw": "application/applixware",
  "bdoc": "application/bdoc",
  "bin": "application/octet-stream",
  "bmp": "image/bmp",
  "bpk": "application/octet-stream",
  "btf": "image/prs.btif",
  "btif": "image/prs.btif",
  "buffer": "application/octet-stream",
  "ccxml": "application/ccxml+xml",
  "cdfx": "application/cdfx+xml",
  "cdmia": "application/cdmi-capability",
  "cdmic": "application/cdmi-container",
  "cdmid": "application/cdmi-domain",
  "cdmio": "application/cdmi-object",
  "cdmiq": "application/cdmi-queue",
  "cer": "application/pkix-cert",
  "cgm": "image/cgm",
  "cjs": "application/node",
  "class": "application/java-vm",
  "coffee": "text/coffeescript",
  "conf": "text/plain",
  "cpl": "application/cpl+xml",
  "cpt": "application/mac-compactpro",
  "crl": "application/pkix-crl",
  "css": "text/css",
  "csv": "text/csv",
  "cu": "application/cu-seeme",
  "cwl": "application/cwl",
  "cww": "application/prs.cww",
  "davmount": "application/davmount+xml",
  "dbk": "application/docbook+xml",
  "deb": "application/octet-stream",
  "def": "text/plain",
  "deploy": "application/octet-stream",
  "dib": "image/bmp",
  "disposition-notification": "message/disposition-notification",
  "dist": "application/octet-stream",
  "distz": "application/octet-stream",
  "dll": "application/octet-stream",
  "dmg": "application/octet-stream",
  "dms": "application/octet-stream",
  "doc": "application/msword",
  "dot": "application/msword",
  "dpx": "image/dpx",
  "drle": "image/dicom-rle",
  "dsc": "text/prs.lines.tag",
  "dssc": "application/dssc+der",
  "dtd": "application/xml-dtd",
  "dump": "application/octet-stream",
  "dwd": "application/atsc-dwd+xml",
  "ear": "application/java-archive",
  "ecma": "application/ecmascript",
  "elc": "application/octet-stream",
  "emf": "image/emf",
  "eml": "message/rfc822",
  "emma": "application/emma+xml",
  "emotionml": "application/emotionml+xml",
  "eps": "application/postscript",
  "epub": "application/epub+zip",
  "exe": "application/octet-stream",
  "exi": "application/exi",
  "exp": "application/express",
  "exr": "image/aces",
  "ez": "application/andrew-inset",
  "fdf": "application/fdf",
  "fdt": "application/fdt+xml",
  "fits": "image/fits",
  "g3": "image/g3fax",
  "gbr": "application/rpki-ghostbusters",
  "geojson": "application/geo+json",
  "gif": "image/gif",
  "glb": "model/gltf-binary",
  "gltf": "model/gltf+json",
  "gml": "application/gml+xml",
  "gpx": "application/gpx+xml",
  "gram": "application/srgs",
  "grxml": "application/srgs+xml",
  "gxf": "application/gxf",
  "gz": "application/gzip",
  "h261": "video/h261",
  "h263": "video/h263",
  "h264": "video/h264",
  "heic": "image/heic",
  "heics": "image/heic-sequence",
  "heif": "image/heif",
  "heifs": "image/heif-sequence",
  "hej2": "image/hej2k",
  "held": "application/atsc-held+xml",
  "hjson": "application/hjson",
  "hlp": "application/winhlp",
  "hqx": "application/mac-binhex40",
  "hsj2": "image/hsj2",
  "htm": "text/html",
  "html": "text/html",
  "ics": "text/calendar",
  "ief": "image/ief",
  "ifb": "text/calendar",
  "iges": "model/iges",
  "igs": "model/iges",
  "img": "application/octet-stream",
  "in": "text/plain",
  "ini": "text/plain",
  "ink": "application/inkml+xml",
  "inkml": "application/inkml+xml",
  "ipfix": "application/ipfix",
  "iso": "application/octet-stream",
  "its": "application/its+xml",
  "jade": "text/jade",
  "jar": "application/java-archive",
  "jhc": "image/jphc",
  "jls": "image/jls",
  "jp2": "image/jp2",
  "jpe": "image/jpeg",
  "jpeg": "image/jpeg",
  "jpf": "image/jpx",
  "jpg": "image/jpeg",
  "jpg2": "image/jp2",
  "jpgm": "image/jpm",
  "jpgv": "video/jpeg",
  "jph": "image/jph",
  "jpm": "image/jpm",
  "jpx": "image/jpx",
  "js": "text/javascript",
  "json": "application/json",
  "json5": "application/json5",
  "jsonld": "application/ld+json",
  "jsonml": "application/jsonml+json",
  "jsx": "text/jsx",
  "jt": "model/jt",
  "jxl": "image/jxl",
  "jxr": "image/jxr",
  "jxra": "image/jxra",
  "jxrs": "image/jxrs",
  "jxs": "image/jxs",
  "jxsc": "image/jxsc",
  "jxsi": "image/jxsi",
  "jxss": "image/jxss",
  "kar": "audio/midi",
  "ktx": "image/ktx",
  "ktx2": "image/ktx2",
  "less": "text/less",
  "lgr": "application/lgr+xml",
  "list": "text/plain",
  "litcoffee": "text/coffeescript",
  "log": "text/plain",
  "lostxml": "application/lost+xml",
  "lrf": "application/octet-stream",
  "m1v": "video/mpeg",
  "m21": "application/mp21",
  "m2a": "audio/mpeg",
  "m2t": "video/mp2t",
  "m2ts": "video/mp2t",
  "m2v": "video/mpeg",
  "m3a": "audio/mpeg",
  "m4a": "audio/mp4",
  "m4p": "application/mp4",
  "m4s": "video/iso.segment",
  "ma": "application/mathematica",
  "mads": "application/mads+xml",
  "maei": "application/mmt-aei+xml",
  "man": "text/troff",
  "manifest": "text/cache-manifest",
  "map": "application/json",
  "mar": "application/octet-stream",
  "markdown": "text/markdown",
  "mathml": "application/mathml+xml",
  "mb": "application/mathematica",
  "mbox": "application/mbox",
  "md": "text/markdown",
  "mdx": "text/mdx",
  "me": "text/troff",
  "mesh": "model/mesh",
  "meta4": "application/metalink4+xml",
  "metalink": "application/metalink+xml",
  "mets": "application/mets+xml",
  "mft": "application/rpki-manifest",
  "mid": "audio/midi",
  "midi": "audio/midi",
  "mime": "message/rfc822",
  "mj2": "video/mj2",
  "mjp2": "video/mj2",
  "mjs": "text/javascript",
  "mml": "text/mathml",
  "mods": "application/mods+xml",
  "mov": "video/quicktime",
  "mp2": "audio/mpeg",
  "mp21": "application/mp21",
  "mp2a": "audio/mpeg",
  "mp3": "audio/mpeg",
  "mp4": "video/mp4",
  "mp4a": "audio/mp4",
  "mp4s": "application/mp4",
  "mp4v": "video/mp4",
  "mpd": "application/dash+xml",
  "mpe": "video/mpeg",
  "mpeg": "video/mpeg",
  "mpf": "application/media-policy-dataset+xml",
  "mpg": "video/mpeg",
  "mpg4": "video/mp4",
  "mpga": "audio/mpeg",
  "mpp": "application/dash-patch+xml",
  "mrc": "application/marc",
  "mrcx": "application/marcxml+xml",
  "ms": "text/troff",
  "mscml": "application/mediaservercontrol+xml",
  "msh": "model/mesh",
  "msi": "application/octet-stream",
  "msix": "application/msix",
  "msixbundle": "application/msixbundle",
  "msm": "application/octet-stream",
  "msp": "application/octet-stream",
  "mtl": "model/mtl",
  "mts": "video/mp2t",
  "musd": "application/mmt-usd+xml",
  "mxf": "application/mxf",
  "mxmf": "audio/mobile-xmf",
  "mxml": "application/xv+xml",
  "n3": "text/n3",
  "nb": "application/mathematica",
  "nq": "application/n-quads",
  "nt": "application/n-triples",
  "obj": "model/obj",
  "oda": "application/oda",
  "oga": "audio/ogg",
  "ogg": "audio/ogg",
  "ogv": "video/ogg",
  "ogx": "application/ogg",
  "omdoc": "application/omdoc+xml",
  "onepkg": "application/onenote",
  "onetmp": "application/onenote",
  "onetoc": "application/onenote",
  "onetoc2": "application/onenote",
  "opf": "application/oebps-package+xml",
  "opus": "audio/ogg",
  "otf": "font/otf",
  "owl": "application/rdf+xml",
  "oxps": "application/oxps",
  "p10": "application/pkcs10",
  "p7c": "application/pkcs7-mime",
  "p7m": "application/pkcs7-mime",
  "p7s": "application/pkcs7-signature",
  "p8": "application/pkcs8",
  "pdf": "application/pdf",
  "pfr": "application/font-tdpfr",
  "pgp": "application/pgp-encrypted",
  "pkg": "application/octet-stream",
  "pki": "application/pkixcmp",
  "pkipath": "application/pkix-pkipath",
  "pls": "application/pls+xml",
  "png": "image/png",
  "prc": "model/prc",
  "prf": "application/pics-rules",
  "provx": "application/provenance+xml",
  "ps": "application/postscript",
  "pskcxml": "application/pskc+xml",
  "pti": "image/prs.pti",
  "qt": "video/quicktime",
  "raml": "application/raml+yaml",
  "rapd": "application/route-apd+xml",
  "rdf": "application/rdf+xml",
  "relo": "application/p2p-overlay+xml",
  "rif": "application/reginfo+xml",
  "rl": "application/resource-lists+xml",
  "rld": "application/resource-lists-diff+xml",
  "rmi": "audio/midi",
  "rnc": "application/relax-ng-compact-syntax",
  "rng": "application/xml",
  "roa": "application/rpki-roa",
  "roff": "text/troff",
  "rq": "application/sparql-query",
  "rs": "application/rls-services+xml",
  "rsat": "application/atsc-rsat+xml",
  "rsd": "application/rsd+xml",
  "rsheet": "application/urc-ressheet+xml",
  "rss": "application/rss+xml",
  "rtf": "text/rtf",
  "rtx": "text/richtext",
  "rusd": "application/route-usd+xml",
  "s3m": "audio/s3m",
  "sbml": "application/sbml+xml",
  "scq": "application/scvp-cv-request",
  "scs": "application/scvp-cv-response",
  "sdp": "application/sdp",
  "senmlx": "application/senml+xml",
  "sensmlx": "application/sensml+xml",
  "ser": "application/java-serialized-object",
  "setpay": "application/set-payment-initiation",
  "setreg": "application/set-registration-initiation",
  "sgi": "image/sgi",
  "sgm": "text/sgml",
  "sgml": "text/sgml",
  "shex": "text/shex",
  "shf": "application/shf+xml",
  "shtml": "text/html",
  "sieve": "application/sieve",
  "sig": "application/pgp-signature",
  "sil": "audio/silk",
  "silo": "model/mesh",
  "siv": "application/sieve",
  "slim": "text/slim",
  "slm": "text/slim",
  "sls": "application/route-s-tsid+xml",
  "smi": "application/smil+xml",
  "smil": "application/smil+xml",
  "snd": "audio/basic",
  "so": "application/octet-stream",
  "spdx": "text/spdx",
  "spp": "application/scvp-vp-response",
  "spq": "application/scvp-vp-request",
  "spx": "audio/ogg",
  "sql": "application/sql",
  "sru": "application/sru+xml",
  "srx": "application/sparql-results+xml",
  "ssdl": "application/ssdl+xml",
  "ssml": "application/ssml+xml",
  "stk": "application/hyperstudio",
  "stl": "model/stl",
  "stpx": "model/step+xml",
  "stpxz": "model/step-xml+zip",
  "stpz": "model/step+zip",
  "styl": "text/stylus",
  "stylus": "text/stylus",
  "svg": "image/svg+xml",
  "svgz": "image/svg+xml",
  "swidtag": "application/swid+xml",
  "t": "text/troff",
  "t38": "image/t38",
  "td": "application/urc-targetdesc+xml",
  "tei": "application/tei+xml",
  "teicorpus": "application/tei+xml",
  "text": "text/plain",
  "tfi": "application/thraud+xml",
  "tfx": "image/tiff-fx",
  "tif": "image/tiff",
  "tiff": "image/tiff",
  "toml": "application/toml",
  "tr": "text/troff",
  "trig": "application/trig",
  "ts": "video/mp2t",
  "tsd": "application/timestamped-data",
  "tsv": "text/tab-separated-values",
  "ttc": "font/collection",
  "ttf": "font/ttf",
  "ttl": "text/turtle",
  "ttml": "application/ttml+xml",
  "txt": "text/plain",
  "u3d": "model/u3d",
  "u8dsn": "message/global-delivery-status",
  "u8hdr": "message/global-headers",
  "u8mdn": "message/global-disposition-notification",
  "u8msg": "message/global",
  "ubj": "application/ubjson",
  "uri": "text/uri-list",
  "uris": "text/uri-list",
  "urls": "text/uri-list",
  "vcard": "text/vcard",
  "vrml": "model/vrml",
  "vtt": "text/vtt",
  "vxml": "application/voicexml+xml",
  "war": "application/java-archive",
  "wasm": "application/wasm",
  "wav": "audio/wav",
  "weba": "audio/webm",
  "webm": "video/webm",
  "webmanifest": "application/manifest+json",
  "webp": "image/webp",
  "wgsl": "text/wgsl",
  "wgt": "application/widget",
  "wif": "application/watcherinfo+xml",
  "wmf": "image/wmf",
  "woff": "font/woff",
  "woff2": "font/woff2",
  "wrl": "model/vrml",
  "wsdl": "application/wsdl+xml",
  "wspolicy": "application/wspolicy+xml",
  "x3d": "model/x3d+xml",
  "x3db": "model/x3d+fastinfoset",
  "x3dbz": "model/x3d+binary",
  "x3dv": "model/x3d-vrml",
  "x3dvz": "model/x3d+vrml",
  "x3dz": "model/x3d+xml",
  "xaml": "application/xaml+xml",
  "xav": "application/xcap-att+xml",
  "xca": "application/xcap-caps+xml",
  "xcs": "application/calendar+xml",
  "xdf": "application/xcap-diff+xml",
  "xdssc": "application/dssc+xml",
  "xel": "application/xcap-el+xml",
  "xenc": "application/xenc+xml",
  "xer": "application/patch-ops-error+xml",
  "xfdf": "application/xfdf",
  "xht": "application/xhtml+xml",
  "xhtml": "application/xhtml+xml",
  "xhvml": "application/xv+xml",
  "xlf": "application/xliff+xml",
  "xm": "audio/xm",
  "xml": "text/xml",
  "xns": "application/xcap-ns+xml",
  "xop": "application/xop+xml",
  "xpl": "application/xproc+xml",
  "xsd": "application/xml",
  "xsf": "application/prs.xsf+xml",
  "xsl": "application/xml",
  "xslt": "application/xml",
  "xspf": "application/xspf+xml",
  "xvm": "application/xv+xml",
  "xvml": "application/xv+xml",
  "yaml": "text/yaml",
  "yang": "application/yang",
  "yin": "application/yin+xml",
  "yml": "text/yaml",
  "zip": "application/zip"
};

// src/domain/artifacts/media-type.ts
var TYPES = wordTable(mimes);
function mediaTypeOf(path) {
  return TYPES.get(extensionOf(path)) ?? null;
}
function extensionOf(path) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

// src/domain/artifacts/content-type.ts
function contentTypeFor(path) {
  const type = mediaTypeOf(path) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

// cli/files/walk-folder.ts
import { accessSync, constants as constants6, realpathSync as realpathSync4, statSync as statSync5 } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename as basename2, dirname as dirname7, join as join8 } from "node:path";
var NOT_UTF8 = "its name is not UTF-8";
var DOUBLE = "a link to a folder that is sent by another name";
async function walkFolder(folder, wish, root, visitor) {
  const walk = openWalk(wish, [realpathSync4(root), realpathSync4(folder)], visitor);
  await walk.enter(folder, "");
  await walk.followLinks();
}
async function walkEntry({ file, stats }, wish, root, visitor) {
  const walk = openWalk(wish, [realpathSync4(root)], visitor);
  await walk.take(file, "", stats);
  await walk.followLinks();
}
function openWalk(wish, roots, { file: visit, leaveOut: leaveOut2 }) {
  const seen = /* @__PURE__ */ new Set();
  const links = [];
  async function enter(folder, path) {
    let entries;
    try {
      const real = realpathSync4(folder);
      if (seen.has(real)) return leaveOut2(folder, DOUBLE);
      seen.add(real);
      entries = await readdir(folder, { withFileTypes: true, encoding: "buffer" });
    } catch (error) {
      return leaveOut2(folder, reasonOf(error));
    }
    for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
      const name = entry.name.toString();
      const below = path === "" ? name : `${path}/${name}`;
      const file = join8(folder, name);
      if (!entry.name.equals(Buffer.from(name))) {
        if (wish.takes(below) || entry.isDirectory() && wish.enters(below))
          leaveOut2(join8(folder, entry.name.toString("latin1")), NOT_UTF8, join8(folder, bytesText(entry.name)));
      } else await take(file, below, entry);
    }
  }
  async function take(file, path, entry) {
    if (entry.isDirectory()) return wish.enters(path) ? enter(file, path) : void 0;
    if (entry.isSymbolicLink()) return takeLink(file, path);
    if (!wish.takes(path)) return;
    if (path !== "" && isPartFile(basename2(file))) leaveOut2(file, "the rest of a download that was broken off");
    else if (entry.isFile()) takeFile(file);
    else leaveOut2(file, kindOf(entry));
  }
  function takeLink(file, path) {
    try {
      const real = realpathSync4(file);
      const stats = statSync5(real);
      if (!(stats.isDirectory() ? wish.enters(path) : wish.takes(path))) return;
      if (roots.every((root) => pathInside(root, real) === null)) leaveOut2(file, `a link that leads out of ${roots[0]}`);
      else if (!stats.isDirectory()) stats.isFile() ? takeFile(file) : leaveOut2(file, kindOf(stats));
      else if (pathInside(real, realpathSync4(dirname7(file))) !== null)
        leaveOut2(file, "a link to a folder that it is in");
      else links.push({ file, path });
    } catch (error) {
      if (!wish.takes(path)) return;
      const isDangling = isSystemError(error) && error.code === "ENOENT";
      leaveOut2(file, isDangling ? "a link to what is not there" : reasonOf(error));
    }
  }
  function takeFile(file) {
    try {
      accessSync(file, constants6.R_OK);
      visit(file, statSync5(file));
    } catch (error) {
      leaveOut2(file, reasonOf(error));
    }
  }
  async function followLinks() {
    for (let link = links.shift(); link; link = links.shift()) await enter(link.file, link.path);
  }
  return { enter, take, followLinks };
}
function kindOf(entry) {
  if (entry.isFIFO()) return "a named pipe";
  return entry.isSocket() ? "a socket" : "a device";
}
function reasonOf(error) {
  if (isSystemError(error)) return systemWords(error);
  throw error;
}
function bytesText(name) {
  return Array.from(name, (byte) => byte < 128 ? String.fromCharCode(byte) : `␣x${byte.toString(16)}`).join("");
}

// cli/files/find-files.ts
async function findFiles(globs, { root, prefix }) {
  const base = resolve(root);
  if (!isFolderAt(base)) throw usageError(`--root: ${base} is no folder.`);
  const files = /* @__PURE__ */ new Map();
  const leftOut = /* @__PURE__ */ new Map();
  const problems = [];
  for (const glob of globs) {
    const tooLong = patternProblem(glob);
    if (tooLong) {
      problems.push(tooLong);
      continue;
    }
    let isAnything = false;
    const outside = [];
    const visitor = {
      file(file, stats) {
        isAnything = true;
        const inside = pathInside(base, file);
        if (!inside) return void outside.push(file);
        const path = [...prefix.split("/"), ...inside.split(sep2)].filter((segment) => segment !== "").join("/");
        const problem = problemOf(path, stats);
        if (problem) visitor.leaveOut(file, problem);
        else files.set(file, localFile(file, path, stats));
      },
      leaveOut(file, reason, shown = file) {
        isAnything = true;
        leftOut.set(file, { path: fromHere(shown), reason });
      }
    };
    await findMeant(glob, base, visitor);
    const [first, ...more] = outside;
    if (first !== void 0) {
      const said = more.length === 0 ? `${first} is` : `${first} and ${more.length} more of "${glob}" are`;
      problems.push(
        usageError(`${said} not under ${base}.`, "Say with --root from which folder artifact paths are told.")
      );
    }
    if (!isAnything) problems.push(usageError(`"${glob}" matches no file.`));
  }
  for (const double of doublesIn([...files.keys()])) {
    files.delete(double);
    leftOut.set(double, { path: fromHere(double), reason: "it is sent by another name" });
  }
  const inOrder = [...files.values()].sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  return { files: inOrder, leftOut: [...leftOut.values()], problems };
}
function doublesIn(files) {
  const realFolders = /* @__PURE__ */ new Map();
  const realOf = (file) => {
    const folder = dirname8(file);
    const real = realFolders.get(folder) ?? realFolderOf(folder);
    realFolders.set(folder, real);
    return join9(real, basename3(file));
  };
  const seen = new Set(files.filter((file) => realOf(file) === file));
  return files.filter((file) => {
    const real = realOf(file);
    if (real === file) return false;
    const isDouble = seen.has(real);
    seen.add(real);
    return isDouble;
  });
}
function realFolderOf(folder) {
  try {
    return realpathSync5(folder);
  } catch {
    return folder;
  }
}
async function findMeant(glob, root, visitor) {
  if (glob === "") return;
  const named2 = resolve(glob);
  const { base, glob: rest, isGlob } = import_picomatch2.default.scan(sep2 === "\\" ? glob.replaceAll("\\", "/") : glob);
  try {
    const entry = isGlob && glob.length > MAX_NAME_LENGTH2 ? void 0 : lstatSync2(named2, { throwIfNoEntry: false });
    const isFolder = /[/\\]$/.test(glob) ? isFolderAt(named2) : entry?.isDirectory();
    const folder = resolve(base.replace(/\\(.)/g, "$1"));
    if (isFolder) await walkFolder(named2, EVERYTHING, root, visitor);
    else if (entry) await walkEntry({ file: named2, stats: entry }, EVERYTHING, root, visitor);
    else if (glob.includes("�")) visitor.leaveOut(named2, NOT_UTF8);
    else if (isGlob && isFolderAt(folder)) await walkFolder(folder, wishOf(rest), root, visitor);
  } catch (error) {
    visitor.leaveOut(named2, reasonOf(error));
  }
}
var MAX_NAME_LENGTH2 = 255;
function isFolderAt(path) {
  return statSync6(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
var EVERYTHING = { takes: () => true, enters: () => true };
var MATCHING = { dot: true, nonegate: true, flags: "s" };
function wishOf(meant) {
  const glob = meant.replace(/\/+/g, "/").replace(/\/$/, "");
  const isFolder = meant.endsWith("/");
  const isOpen = isFolder || !glob.endsWith("*");
  const parts = import_picomatch2.default.scan(glob, { parts: true }).parts ?? [glob];
  const until = parts.findIndex((part) => part.includes("**") || part.includes("/"));
  const leading = (until < 0 ? parts : parts.slice(0, until)).map((part) => (0, import_picomatch2.default)(part, MATCHING));
  return {
    takes: (0, import_picomatch2.default)(isFolder ? `${glob}/**/*` : isOpen ? `${glob}/**` : glob, MATCHING),
    enters(path) {
      const names = path.split("/");
      const isDeepEnough = until < 0 && !isOpen && names.length >= parts.length;
      return !isDeepEnough && names.every((name, at) => leading[at]?.(name) ?? true);
    }
  };
}
function problemOf(path, { size }) {
  const problem = artifactPathProblem(path);
  if (problem) return `an artifact path ${problem}`;
  if (size <= MAX_ARTIFACT_BYTES) return null;
  return `it has ${sizeText(size)}, and an artifact can have at most ${sizeText(MAX_ARTIFACT_BYTES)}`;
}
function localFile(file, path, { size, mtimeMs }) {
  return { file, path, sizeBytes: size, modifiedMs: mtimeMs, contentType: contentTypeFor(path) };
}
function fromHere(file) {
  return pathInside(".", file) || file;
}

// cli/files/upload-tests.ts
async function uploadTests(server, num, globs, { output, onMoved }) {
  const { files, leftOut, problems } = await findFiles(globs, { root: ".", prefix: "" });
  warnOfLeftOut(leftOut, output);
  const { done, failures } = await moveEach(server, files, 1, async (found) => {
    const { file, path } = found;
    const bytes = await readFile(file);
    const answer = await askJson(server, {
      method: "PUT",
      path: `${projectPath(server)}/builds/${num}/tests?report=${encodeURIComponent(path.slice(-200).toWellFormed())}`,
      body: () => bytes
    }).catch((error) => {
      throw named(path, error);
    });
    const counts = answerOf(answer, UPLOADED, "a count of test results");
    output.note(`sent ${path} (${countsText(counts)})`);
    for (const warning of counts.warnings) output.warn(`${path}: ${warning}`);
    onMoved?.();
    return found;
  });
  return { done, failures: [...problems, ...failures], leftOut };
}
var UPLOADED = {
  tests: "count",
  passed: "count",
  failed: "count",
  errors: "count",
  skipped: "count",
  flaky: "count",
  warnings: "texts"
};
function countsText({ tests, passed, failed, errors, skipped, flaky }) {
  if (tests === 0) return "0 tests";
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    ...errors > 0 ? [errors === 1 ? "1 error" : `${errors} errors`] : [],
    ...skipped > 0 ? [`${skipped} skipped`] : []
  ];
  return `${tests === 1 ? "1 test" : `${tests} tests`}: ${parts.join(", ")}${flaky > 0 ? `; ${flaky} flaky` : ""}`;
}

// cli/terminal/report.ts
async function reportJob(server, job, news) {
  const body = { ...reportBody(job), ...news };
  return buildOf(await askJson(server, { method: "POST", path: `${projectPath(server)}/builds`, json: body }));
}
async function updateBuild(server, num, news) {
  return buildOf(await askJson(server, { method: "PATCH", path: `${projectPath(server)}/builds/${num}`, json: news }));
}
function buildOf(answer) {
  return answerOf(answer, { build_num: "count", status: "text", build_url: "text" }, "a build");
}

// cli/verbs/report.ts
function addReport(program3) {
  const report = program3.command("report").description("tell that this job starts, or how it ended");
  withJob(withServer(report.command("start").description("report that the job runs"))).action(
    (options2) => runVerb(options2, async ({ server, job, output }) => {
      const build = await reportJob(server, job, { status: "running", start_time: (/* @__PURE__ */ new Date()).toISOString() });
      output.result(lineOf(build), build);
      return void 0;
    })
  );
  withJob(withServer(report.command("finish").description("report that the job is over"))).option(
    "--status <status>",
    'success, failed, canceled, timedout, … (CI words like "failure" are understood)',
    filledOption
  ).option("--exit-code <n>", "instead of --status: 0 is success, anything else failed", countOption(0, 255)).option("--build <n>", "the build, where it was started elsewhere", countOption(1, 999999999)).option("--tests <glob...>", "test reports to send with it").option("--strict", `end with ${EXIT.left_out} when a report was left out`).action(
    (options2) => runVerb(options2, async ({ server, job, output }) => {
      const news = { status: statusOf(options2), stop_time: (/* @__PURE__ */ new Date()).toISOString() };
      const build = options2.build === void 0 ? await reportJob(server, job, news) : await updateBuild(server, options2.build, news);
      const sent = options2.tests ? await uploadTests(server, build.build_num, options2.tests, { output }) : NOTHING;
      return settle(lineOf(build), build, failuresOf(sent, options2.strict), output);
    })
  );
}
var NOTHING = { done: [], failures: [], leftOut: [] };
function lineOf({ build_num, status, build_url }) {
  return `build ${build_num} ${status} ${build_url}`;
}
var WORDS = wordTable({
  failure: "failed",
  failing: "failed",
  error: "failed",
  unstable: "failed",
  passed: "success",
  ok: "success",
  cancelled: "canceled",
  aborted: "canceled",
  killed: "canceled",
  skipped: "not_run",
  not_built: "not_run",
  timed_out: "timedout",
  timeout: "timedout"
});
function statusOf({ status, exitCode }) {
  if (exitCode !== void 0 && status === void 0) return exitCode === 0 ? "success" : "failed";
  if (status !== void 0 && exitCode !== void 0)
    throw usageError("--status and --exit-code: only one of them says how it ended.");
  if (status === void 0) throw usageError("How did it end?", "Say --status success, or --exit-code $?.");
  const word = status.toLowerCase();
  const found = WORDS.get(word) ?? parseReportedStatus(word);
  if (found && isOver(found)) return found;
  throw usageError(
    `"${status}" is not how a build ends.`,
    "It is one of success, failed, canceled, timedout, no_tests, not_run, infrastructure_fail."
  );
}

// cli/verbs/run.ts
import { basename as basename4 } from "node:path";

// cli/files/batch.ts
async function findKnown(server, { num, nodeIndex }) {
  const { artifacts } = await listArtifacts(server, `builds/${num}/artifacts`);
  const ours = artifacts.filter((artifact) => artifact.nodeIndex === nodeIndex);
  return new Map(ours.map((artifact) => [artifact.path, artifact]));
}
async function findThere2({ known }, { file, path }) {
  const artifact = known.get(path);
  return artifact && await hasBytes(file, artifact) ? artifact : null;
}
async function sendEach(batch, files) {
  const { failures } = await moveEach(batch.server, files, batch.parallel, (file) => sendOne(batch, file));
  batch.failures.push(...failures);
}
async function sendOne(batch, file) {
  const bar = batch.progress.file(file.path, file.sizeBytes);
  try {
    const there = await findThere2(batch, file);
    batch.came.set(file, there ?? await uploadFile(batch.server, file, batch.options, bar));
    bar.done(there ? "already there" : "uploaded");
  } catch (error) {
    bar.failed();
    leaveOut(batch, file, error);
  }
}
function leaveOut({ gone }, { path }, error) {
  const reason = reasonToLeaveOut(error);
  if (reason === null) throw isSystemError(error) ? systemFailure(error, path) : error;
  gone.push({ path, reason });
}
function reasonToLeaveOut(error) {
  if (error instanceof CliError && error.failure === "left_out") return error.message;
  const codes = ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP"];
  return isSystemError(error) && codes.includes(error.code ?? "") ? systemWords(error) : null;
}

// cli/packs/upload-pack.ts
import { statSync as statSync7 } from "node:fs";

// cli/packs/write-zip.ts
var import_yazl = __toESM(require_yazl(), 1);
import { createHash as createHash6 } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
var WRITTEN = { mtime: new Date(1980, 0, 1, 12), forceDosTimestamp: true, mode: 33188 };
var LEVEL = 6;
var STORED = /\.(?:7z|aac|apk|avif|br|bz2|crx|docx|flac|gif|gz|heic|ipa|jar|jpe?g|lz4|m4a|m4v|mkv|mov|mp3|mp4|nupkg|odt|ogg|opus|png|pptx|rar|tgz|vsix|war|webm|webp|whl|woff2?|xlsx|xz|zip|zst)$/i;
var MAX_READS = 16;
var MAX_READ_BYTES = 16 * 1024 ** 2;
async function writeZip(to, files, { signal, onRead }) {
  const zip = new import_yazl.ZipFile();
  const sha256 = createHash6("sha256");
  const written = pipeline(
    zip.outputStream,
    async function* (chunks) {
      for await (const chunk of chunks) {
        sha256.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(to, { flags: "wx", mode: 384 }),
    { signal }
  );
  const broken3 = written.then(() => {
    throw new Error("the zip ended before its files");
  });
  broken3.catch(() => {
  });
  const zipped = [];
  const unread = [];
  for await (const read of readAhead(files)) {
    signal.throwIfAborted();
    const { file } = read;
    onRead(file.sizeBytes);
    if ("error" in read) {
      unread.push(read);
      continue;
    }
    zipped.push({ file, digest: digestOf2(read.bytes) });
    const isStored = STORED.test(file.path) || file.sizeBytes === 0;
    const options2 = { ...WRITTEN, size: file.sizeBytes, compress: !isStored, compressionLevel: isStored ? 0 : LEVEL };
    const give = await Promise.race([turnOf(zip, file.path, options2), broken3]);
    give(read.bytes);
  }
  zip.end();
  await written;
  return { sha256: sha256.digest("hex"), files: zipped, unread };
}
function turnOf(zip, path, options2) {
  return new Promise((resolve2) => {
    zip.addReadStreamLazy(path, options2, (give) => resolve2((bytes) => give(null, Readable.from(slices(bytes)))));
  });
}
async function* readAhead(files) {
  const reads = [];
  let readBytes = 0;
  for (const file of files) {
    reads.push({ read: readFile2(file), sizeBytes: file.sizeBytes });
    readBytes += file.sizeBytes;
    while (reads.length >= MAX_READS || readBytes > MAX_READ_BYTES) {
      const first = reads.shift();
      if (!first) break;
      readBytes -= first.sizeBytes;
      yield await first.read;
    }
  }
  for (const { read } of reads) yield await read;
}
async function readFile2(file) {
  try {
    const handle = await openFile(file);
    try {
      const bytes = Buffer.alloc(file.sizeBytes);
      let length = 0;
      for await (const chunk of readAll(handle, file)) {
        bytes.set(chunk, length);
        length += chunk.byteLength;
      }
      return { file, bytes };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { file, error };
  }
}
function digestOf2(bytes) {
  const digester = openDigester({ kind: "crc32", hex: "" });
  digester.add(bytes);
  return digester.end();
}

// cli/packs/zip-place.ts
import { randomUUID as randomUUID4 } from "node:crypto";
import { mkdtempSync as mkdtempSync2, rmSync as rmSync6 } from "node:fs";
import { tmpdir as tmpdir3 } from "node:os";
import { dirname as dirname9, join as join10 } from "node:path";
function openZipPlace() {
  const { file, own } = placeInState() ?? placeInTemp();
  const drop = () => {
    try {
      rmSync6(own, { recursive: true, force: true });
    } catch {
    }
  };
  process.once("exit", drop);
  return {
    file,
    drop() {
      process.off("exit", drop);
      drop();
    }
  };
}
function placeInState() {
  try {
    const file = join10(userFolder("state"), "packs", `${randomUUID4()}.zip`);
    makeFolder(dirname9(file), 448);
    dropOldNotes(dirname9(file));
    return { file, own: file };
  } catch {
    return null;
  }
}
function placeInTemp() {
  const own = mkdtempSync2(join10(tmpdir3(), "buildpass-"));
  return { file: join10(own, "pack.zip"), own };
}

// cli/packs/upload-pack.ts
async function uploadPack(server, { name, files, sizeBytes }, options2, progress) {
  const reading = progress.file(countText(files.length), sizeBytes);
  let place;
  try {
    place = openZipPlace();
    const zip = await writeZip(place.file, files, { signal: server.signal, onRead: reading.add });
    reading.done("packed");
    if (zip.files.length === 0) return { kind: "sent", pack: null, skipped: [], ...zip };
    const { size, mtimeMs } = statSync7(place.file);
    const found = { file: place.file, path: name, sizeBytes: size, modifiedMs: mtimeMs, contentType: "application/zip" };
    const to = {
      path: `packs/${name}`,
      begin: { pack: true },
      identity: () => ["pack", zip.sha256],
      read: storedPackOf
    };
    const sending = progress.file(`${countText(zip.files.length)} as ${name}`, size);
    try {
      const { pack, skipped } = await sendFile(server, found, to, { ...options2, progress: sending });
      sending.done("uploaded");
      return { kind: "sent", pack, skipped, ...zip };
    } catch (error) {
      sending.failed();
      throw error;
    }
  } catch (error) {
    reading.failed();
    server.signal.throwIfAborted();
    return notTaken(error);
  } finally {
    place?.drop();
  }
}
var UNKNOWN_TO_OLDER = ["route_not_found", "method_not_allowed", null];
var OF_THE_PACK = ["other_bytes", "invalid_input", "too_large"];
function notTaken(error) {
  if (isSystemError(error)) return { kind: "not_taken", why: systemWords(error), isForAll: true };
  if (!(error instanceof CliError) || error.status === null) throw error;
  const { code, status, problems, cause } = error;
  const { message } = cause instanceof CliError ? cause : error;
  const isUnknown = (status === 404 || status === 405) && UNKNOWN_TO_OLDER.includes(code);
  if (isUnknown || problems.some(({ path }) => path === "pack")) return { kind: "not_taken", why: null, isForAll: true };
  if (code === "limit_reached") return { kind: "not_taken", why: message, isForAll: true };
  if (OF_THE_PACK.includes(code)) return { kind: "not_taken", why: message, isForAll: false };
  throw error;
}
var PACK2 = { name: "text", files: "count", size: "count", digest: "text", url: "address" };
function storedPackOf(answer) {
  const { pack, skipped } = isObject(answer) ? answer : {};
  const stored = answerOf(pack, PACK2, "a pack");
  const digest = parseArtifactDigest(stored.digest);
  if (!digest) throw noAnswerWith("a pack");
  const { name, files, size, url } = stored;
  return {
    digest,
    pack: { name, files, size, digest, url },
    skipped: listOf(skipped, { path: "text", reason: "text" }, "a pack")
  };
}

// cli/packs/packer.ts
function openPacker(batch) {
  const { server, options: options2, progress, output } = batch;
  const turn = openPool(1);
  const stored = [];
  const zipped = [];
  const skipped = /* @__PURE__ */ new Set();
  let isRefused = false;
  async function send2(planned) {
    const sent = isRefused ? NOT_AGAIN : await uploadPack(server, planned, options2, progress);
    if (sent.kind === "not_taken") {
      isRefused ||= sent.isForAll;
      if (sent.why !== null) output.warn(`${countText(planned.files.length)} go one by one, in no pack: ${sent.why}`);
      return sendEach(batch, planned.files);
    }
    if (sent.pack) stored.push(sent.pack);
    zipped.push(...sent.files);
    for (const one of sent.skipped) {
      skipped.add(one.path);
      batch.gone.push(one);
    }
    for (const { file, error } of sent.unread) {
      try {
        leaveOut(batch, file, error);
      } catch (failure) {
        batch.failures.push(failure);
      }
    }
  }
  async function confirm() {
    if (zipped.length === 0) return;
    const known = await findKnown(server, options2);
    for (const { file, digest } of zipped) {
      const artifact = known.get(file.path);
      if (artifact && digestText(artifact.digest) === digestText(digest)) batch.came.set(file, artifact);
      else if (artifact) batch.failures.push(otherDigest(file.path));
      else if (!skipped.has(file.path)) batch.gone.push({ path: file.path, reason: "the server did not take it" });
    }
  }
  return { send: (planned) => turn(() => send2(planned)), confirm, stored: () => stored };
}
var NOT_AGAIN = { kind: "not_taken", why: null, isForAll: true };

// cli/files/upload-all.ts
async function uploadAll(server, { files, leftOut, problems }, { parallel, isPacked, onMoved = () => {
}, ...target }, output) {
  const known = files.length === 0 ? /* @__PURE__ */ new Map() : await findKnown(server, target);
  const progress = startProgress(output, onMoved);
  const batch = {
    server,
    parallel,
    output,
    progress,
    known,
    // Parts have a pool of their own: a file that waits for its parts must not keep them from running.
    options: { ...target, pool: openPool(parallel) },
    came: /* @__PURE__ */ new Map(),
    gone: [],
    failures: []
  };
  const packer = openPacker(batch);
  await (isPacked && files.length >= MIN_PACK_FILES ? sendMany(batch, packer, files) : sendEach(batch, files)).finally(
    progress.stop
  );
  const outcome = {
    done: files.flatMap((file) => uploadedFile(file, batch.came.get(file))),
    packs: packer.stored().map((pack) => ({ ...pack, digest: digestText(pack.digest) })),
    failures: [...problems, ...batch.failures],
    leftOut: [...leftOut, ...batch.gone]
  };
  warnOfLeftOut(outcome.leftOut, output);
  return outcome;
}
async function sendMany(batch, packer, files) {
  const { server, known, output, options: options2 } = batch;
  const there = await Promise.all(files.map((file) => options2.pool(() => findThere2(batch, file).catch(() => null))));
  server.signal.throwIfAborted();
  for (const [i, artifact] of there.entries()) if (artifact) batch.came.set(files[i], artifact);
  if (batch.came.size > 0) output.note(`already there: ${countText(batch.came.size)}`);
  const missing = files.filter((file) => !batch.came.has(file));
  const isTaken = ({ path }) => known.has(path) && !options2.overwrite;
  const { packs, loose, beyond } = planPacks(missing.filter((file) => !isTaken(file)));
  if (beyond.length > 0)
    output.warn(`${countText(beyond.length)} go one by one: a build has at most ${MAX_PACKS_A_BUILD} packs`);
  const items = [...packs, ...missing.filter(isTaken), ...loose, ...beyond];
  const { failures } = await moveEach(
    server,
    items,
    batch.parallel,
    (one) => "files" in one ? packer.send(one) : sendOne(batch, one)
  );
  batch.failures.push(...failures);
  await packer.confirm();
}
function uploadedFile({ file }, artifact) {
  if (!artifact) return [];
  const { path, nodeIndex, sizeBytes, digest, url } = artifact;
  return [{ file, path, node_index: nodeIndex, size: sizeBytes, digest: digestText(digest), url }];
}

// cli/verbs/accompany.ts
import { setTimeout as sleep4 } from "node:timers/promises";

// cli/logs/masked-values.ts
var MIN_SECRET_LENGTH = 8;
var SECRET_NAME = /TOKEN|SECRET|PASSWORD|KEY|^AWS_/i;
function maskedValues(env, byHand) {
  const found = Object.entries(env).flatMap(
    ([name, value]) => value !== void 0 && SECRET_NAME.test(name) ? linesOf(value, MIN_SECRET_LENGTH) : []
  );
  const named2 = [...byHand.values, ...byHand.names.map((name) => env[name] ?? "")].flatMap(
    (value) => linesOf(value, MIN_MASKED_LENGTH)
  );
  return [.../* @__PURE__ */ new Set([...found, ...named2])].flatMap(formsOf);
}
function linesOf(value, minLength) {
  return value.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line.length >= minLength);
}
function formsOf(line) {
  const plain = Buffer.from(line);
  const written = [encodeURIComponent(line.toWellFormed()), JSON.stringify(line).slice(1, -1)];
  const texts = /* @__PURE__ */ new Set([...base64Of(plain), ...written]);
  return [plain, ...[...texts].map((text) => Buffer.from(text)).filter(({ length }) => length >= MIN_MASKED_LENGTH)];
}
function base64Of(bytes) {
  const alone = [bytes.toString("base64")];
  const within = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const bits = 8 * (before + bytes.length);
    return text.slice(Math.ceil(8 * before / 6), Math.floor(bits / 6));
  });
  return [...alone, ...within].flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
}

// cli/logs/step-log.ts
import { randomUUID as randomUUID5 } from "node:crypto";

// cli/terminal/step.ts
async function reportStep(server, num, news) {
  try {
    const path = `${projectPath(server)}/builds/${num}/steps`;
    return answerOf(await askJson(server, { method: "POST", path, json: news }), { step: "count" }, "a step").step;
  } catch (error) {
    if (isUnknownRoute(error)) return null;
    throw error;
  }
}
function isUnknownRoute(error) {
  if (!(error instanceof CliError) || error.status !== 404 && error.status !== 405) return false;
  return error.code === null || error.code === "route_not_found" || error.code === "method_not_allowed";
}

// cli/logs/send-log.ts
import { setTimeout as sleep3 } from "node:timers/promises";
var MAX_CALL_BYTES = 1024 * 1024;
var CALL_BYTES = 256 * 1024;
var CALL_EVERY_MS = 2e3;
var LOOK_EVERY_MS = 250;
var TAIL_BYTES = KEPT_BYTES;
var LINE_BYTES = 64 * 1024;
var MAX_TURNS = 5;
function startSendingLog(place, log, onMoved) {
  const { signal } = place.server;
  let retryMs = null;
  let wake = () => {
  };
  const pause = (ms) => new Promise((resolve2) => {
    const timer = setTimeout(resolve2, ms);
    wake = () => {
      clearTimeout(timer);
      resolve2();
    };
  });
  const wakeUp = () => wake();
  signal.addEventListener("abort", wakeUp);
  const sent = sendAll(place, log, { retryMs: () => retryMs, pause, onMoved }).catch((error) => {
    throw signal.aborted ? signal.reason : unsent(error);
  });
  sent.catch(() => {
  });
  return {
    finish(ms) {
      retryMs = ms;
      wake();
      return sent;
    }
  };
}
function unsent(error) {
  if (!(error instanceof CliError)) return error;
  const { failure, message, hint, status, code } = error;
  return new CliError(failure, `the log was not sent whole: ${message}`, { hint, status, code, cause: error });
}
async function sendAll(place, log, { retryMs, pause, onMoved }) {
  let offset = 0;
  let turns = 0;
  let most = 0;
  const room = Buffer.allocUnsafeSlow(MAX_CALL_BYTES);
  const onSent = (upTo) => {
    if (upTo > most) onMoved();
    most = Math.max(most, upTo);
  };
  let calledAt = performance.now();
  const attempt2 = retrier(place.server, { retryMs, pause });
  for (; ; ) {
    place.server.signal.throwIfAborted();
    const isLast = retryMs() !== null;
    const waiting = log.length() - offset;
    const isDue = waiting >= CALL_BYTES || waiting > 0 && performance.now() - calledAt >= CALL_EVERY_MS;
    const piece = isLast || isDue ? pieceAt(log, offset, { isEnded: isLast, room }) : null;
    if (!piece) {
      await pause(LOOK_EVERY_MS);
      continue;
    }
    calledAt = performance.now();
    const answer = await attempt2(() => put(place, piece, onSent));
    const after = piece.offset + piece.bytes.length;
    if (answer.isTaken && answer.offset >= after) {
      onSent(after);
      turns = 0;
      if (piece.isFinal) return;
    } else if (++turns > MAX_TURNS || answer.offset > log.length())
      throw noAnswerWith("an offset of the log that there is");
    offset = answer.offset;
    if (!isLast) await pause(LOOK_EVERY_MS);
  }
}
function pieceAt(log, wanted, { isEnded, room }) {
  const length = log.length();
  const tail = Math.max(length > WHOLE_BYTES ? length - TAIL_BYTES : 0, log.gapEnd());
  if (isEnded && wanted >= KEPT_BYTES && wanted < tail)
    return pieceOf(log, tail + lineStart(log, tail), { length, isEnded, isCut: true, room });
  return pieceOf(log, wanted, { length, isEnded, isCut: false, room });
}
function pieceOf(log, offset, { length, isEnded, isCut, room }) {
  const most = offset < KEPT_BYTES ? Math.min(MAX_CALL_BYTES, KEPT_BYTES - offset) : MAX_CALL_BYTES;
  const bytes = log.read(offset, most, room);
  return bytes && { offset, bytes, isCut, isFinal: isEnded && offset + bytes.length >= length };
}
function lineStart(log, from) {
  return (log.read(from, LINE_BYTES)?.indexOf("\n") ?? -1) + 1;
}
async function put({ server, num, step }, { offset, bytes, isFinal, isCut }, onSent) {
  const query = `offset=${offset}${isFinal ? "&final=true" : ""}${isCut ? "&cut=true" : ""}`;
  return tryOnce(
    server,
    {
      method: "PUT",
      path: `${projectPath(server)}/builds/${num}/steps/${step}/log?${query}`,
      headers: { "Content-Type": "application/octet-stream", "Content-Length": String(bytes.length) },
      body: bytes.length === 0 ? () => bytes : () => slices2(bytes, (sent) => onSent(offset + sent)),
      answers: [409]
    },
    async (response) => {
      const answer = await response.json().catch(() => null);
      if (response.status === 409 && isObject(answer) && answer.code !== "log_offset")
        throw new CliError("conflict", `The server has another log there: ${answer.message ?? answer.code}`, {
          status: 409
        });
      return {
        isTaken: response.status !== 409,
        offset: answerOf(answer, { offset: "count" }, "an offset of the log").offset
      };
    }
  );
}
var SLICE_BYTES2 = 64 * 1024;
async function* slices2(bytes, onSent) {
  for (let from = 0; from < bytes.length; from += SLICE_BYTES2) {
    yield bytes.subarray(from, from + SLICE_BYTES2);
    onSent(Math.min(bytes.length, from + SLICE_BYTES2));
  }
}
function retrier({ signal }, { retryMs, pause }) {
  return async (call) => {
    let failingSince = null;
    for (let retry = 0; ; retry++) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof TransientError) || signal.aborted) throw error;
        const budgetMs = retryMs();
        if (budgetMs !== null) failingSince ??= performance.now();
        const delayMs = delayFor(retry, error.retryAfterMs);
        const isLate = failingSince !== null && performance.now() - failingSince + delayMs > (budgetMs ?? 0);
        if (isLate) throw new CliError("unreachable", error.message, { status: error.status, cause: error });
        if (budgetMs === null && error.retryAfterMs === null) await pause(delayMs);
        else await sleep3(delayMs, void 0, { signal });
      }
    }
  };
}

// cli/logs/step-log.ts
function openStepLog({ name, startedAt, log, onMoved }) {
  const step = { key: `buildpass:${randomUUID5()}`, name, start_time: startedAt.toISOString() };
  let kept = null;
  let isEnding = false;
  let sending = null;
  const send2 = (server, num, number) => {
    if (log && !sending) sending = startSendingLog({ server, num, step: number }, log, onMoved);
  };
  return {
    async begin(server, num) {
      if (isEnding) return;
      const number = await reportStep(server, num, { ...step, status: "running" });
      kept = number !== null;
      if (number !== null) send2(server, num, number);
    },
    isKept: () => kept,
    async end(server, num, { status, stoppedAt, exitCode }) {
      isEnding = true;
      const times = { end_time: stoppedAt.toISOString() };
      const number = await reportStep(server, num, { ...step, ...times, status, exit_code: exitCode });
      kept = number !== null;
      if (number !== null) send2(server, num, number);
      return kept;
    },
    sendRest: async (retryMs) => sending?.finish(retryMs)
  };
}

// cli/verbs/command.ts
import { isatty as isatty4 } from "node:tty";
var FORWARDED = [
  ...["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"],
  ...["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCONT", "SIGWINCH"]
];
function isStop(signal) {
  return signal === "SIGINT" || signal === "SIGTERM" || signal === "SIGHUP" || signal === "SIGQUIT";
}
function isCanceled({ signal, stoppedBy }) {
  return stoppedBy !== null || signal !== null && isStop(signal);
}
function statusOf2(ended) {
  if (isCanceled(ended)) return "canceled";
  return ended.code === 0 ? "success" : "failed";
}
var SHOWN_LENGTH2 = 200;
var SLOW_STOP_MS = 1e3;
function runCommand([program3 = "", ...args], { capture, startedAt, onSlowStop, onLateSignal }) {
  return new Promise((resolve2) => {
    let started = null;
    let stoppedBy = null;
    let giveUpCopy = (_) => {
    };
    const interrupted = new Promise((given) => {
      giveUpCopy = given;
    });
    const settle2 = async (code, signal) => {
      stoppedBy ??= started?.stoppedByKey() ?? null;
      started = null;
      const stoppedAt = /* @__PURE__ */ new Date();
      const copyFailure = capture && await Promise.race([capture.drained(), interrupted]);
      resolve2({ code, signal, stoppedBy, startedAt, stoppedAt, copyFailure });
    };
    for (const signal of FORWARDED)
      process.on(signal, () => {
        if (!started) {
          if (!isStop(signal)) return;
          giveUpCopy(`ended by ${signal}`);
          return onLateSignal(signal);
        }
        if (isStop(signal)) stoppedBy = signal;
        if (signal === "SIGTERM") setTimeout(() => started && onSlowStop(), SLOW_STOP_MS);
        if (started.isOutsideGroup || !(isatty4(0) && (signal === "SIGINT" || signal === "SIGQUIT")))
          started.kill(signal);
      });
    const refuse = (error) => {
      const isMissing = error.code === "ENOENT" || program3 === "";
      say(
        "stderr",
        `buildpass: ${visibleLine(clipped(program3, SHOWN_LENGTH2))}: ${isMissing ? "command not found" : systemWords(error)}
`
      );
      settle2(isMissing ? 127 : 126, null);
    };
    const begin = (start2) => {
      try {
        const begun2 = start2(program3, args);
        started = begun2;
        begun2.child.once("error", refuse);
        begun2.child.once("close", (code, signal) => {
          if (!begun2.isBegun() && stoppedBy === null) return begin(startPlainly);
          settle2(signal ? exitCodeOfSignal(signal) : code ?? 1, signal);
        });
      } catch (error) {
        refuse(error);
      }
    };
    begin(capture?.start ?? startPlainly);
  });
}
function startPlainly(program3, args) {
  return startOn("inherit", program3, args);
}
var CLEAN = ["SIGHUP", "SIGINT", "SIGKILL", "SIGPIPE", "SIGALRM", "SIGTERM"];
function endAs({ code, signal }, reportingCode, lateSignal) {
  const endBy = signal ?? (code === 0 ? lateSignal : null);
  const exitCode = endBy ? exitCodeOfSignal(endBy) : code === 0 ? reportingCode : code;
  if (!endBy || !CLEAN.includes(endBy)) process.exit(exitCode);
  process.removeAllListeners(endBy);
  process.kill(process.pid, endBy);
  setTimeout(() => process.exit(exitCode), 200);
}

// cli/verbs/accompany.ts
var CANCELED_MS = 3e3;
var KEEP_ALIVE_MS = 3 * 6e4;
var DEFAULT_REPORT_SECONDS = 5;
function withAccompaniment(command) {
  return command.option("--no-log", "send no log of its output").option("--mask <value>", "what to show as *** in the log, too; can be repeated", maskedOption).option("--mask-env <name>", "a variable whose value is shown as *** in the log, too; can be repeated", namedOption).option("--strict", "fail when the reporting fails or leaves files out, although the command succeeded").option(
    "--report-timeout <seconds>",
    "how long the server may keep us waiting once the command has ended",
    countOption(1, 86400),
    DEFAULT_REPORT_SECONDS
  );
}
function maskedOption(text, before = []) {
  if (text.length >= MIN_MASKED_LENGTH) return [...before, text];
  throw new InvalidArgumentError(
    `It must have ${MIN_MASKED_LENGTH} characters or more: a shorter one is in many words.`
  );
}
function namedOption(text, before = []) {
  return [...before, filledOption(text)];
}
async function accompany(command, options2, work) {
  const problems = [];
  process.on("uncaughtException", (error) => problems.push(error));
  const reporting = openAbort();
  let lateSignal = null;
  const { capture, notCopied } = copyOf(command, options2);
  const startedAt = /* @__PURE__ */ new Date();
  let onMoved = () => {
  };
  const step = options2.log || work.isStep ? openStepLog({ name: work.stepName, startedAt, log: capture?.log ?? null, onMoved: () => onMoved() }) : null;
  const running = runCommand(command, {
    capture,
    startedAt,
    onSlowStop: () => opened2.then((open4) => open4 && attempt([], () => work.beCanceled({ ...open4, startedAt, step }))),
    onLateSignal(signal) {
      lateSignal ??= signal;
      reporting.abort(new Interrupted(signal));
    }
  });
  const { output, release } = heldUntilReleased(openOutput(options2));
  const opened2 = openServer(options2, output, reporting.signal).catch((error) => {
    problems.push(error);
    return null;
  });
  const started = opened2.then((open4) => open4 && attempt(problems, () => work.begin({ ...open4, startedAt, step })));
  const alive = setInterval(async () => {
    const open4 = await opened2;
    await open4?.server.credential.keepAlive?.().catch(() => {
    });
  }, KEEP_ALIVE_MS);
  const ended = await running;
  clearInterval(alive);
  release();
  const limitMs = Math.min(options2.reportTimeout * 1e3, isCanceled(ended) ? CANCELED_MS : Number.POSITIVE_INFINITY);
  const deadline = performance.now() + limitMs;
  const patience = setTimeout(() => reporting.abort(noAnswer(limitMs / 1e3)), limitMs);
  onMoved = () => void patience.refresh();
  const isBrokenOff = new Promise((resolve2) => reporting.signal.addEventListener("abort", resolve2));
  const finished = opened2.then(async (open4) => {
    if (!open4) return;
    const context = () => {
      const retryMs = Math.min(open4.server.retryMs, deadline - performance.now() - SETTLING_MS);
      return { server: { ...open4.server, retryMs }, job: open4.job, startedAt, step, ended, output, problems, onMoved };
    };
    const judged = work.judge?.(context(), limitMs / 2);
    await Promise.race([started, sleep4(limitMs / 2)]);
    await judged;
    await work.finish(context());
    const lost = notCopied ?? ended.copyFailure;
    if (lost && step?.isKept()) output.note(`buildpass: ${capture ? "the log ends early" : "no log is sent"}: ${lost}`);
  });
  await Promise.race([finished, isBrokenOff.then(() => sleep4(SETTLING_MS))]);
  if (reporting.signal.aborted) problems.push(reporting.signal.reason);
  const code = work.exitCode?.(ended, output) ?? ended.code;
  endAs({ ...ended, code }, tell(problems, options2, output), lateSignal);
}
var SETTLING_MS = 100;
function noAnswer(seconds) {
  return new CliError("unreachable", `the server kept us waiting for ${seconds} s.`, {
    hint: "A longer time can be given by --report-timeout."
  });
}
function copyOf([program3 = ""], { log, mask = [], maskEnv = [] }) {
  if (!log || program3 === "") return { capture: null, notCopied: null };
  const capture = openCapture(maskedValues(process.env, { values: mask, names: maskEnv }));
  return "reason" in capture ? { capture: null, notCopied: capture.reason } : { capture, notCopied: null };
}
async function finishStep(step, num, { server, ended }) {
  const how = { status: statusOf2(ended), stoppedAt: ended.stoppedAt, exitCode: ended.code };
  if (!await step.end(server, num, how)) return false;
  await step.sendRest(server.retryMs);
  return true;
}
function heldUntilReleased(output) {
  let held = [];
  return {
    output: { ...output, warn: (text) => void (held ? held.push(text) : output.warn(text)) },
    release() {
      for (const text of held ?? []) output.warn(text);
      held = null;
    }
  };
}
async function attempt(problems, work) {
  try {
    return await work();
  } catch (error) {
    problems.push(error);
    return null;
  }
}
function tell(problems, { strict }, output) {
  const said = /* @__PURE__ */ new Set();
  let code = EXIT.ok;
  for (const thrown of problems) {
    const problem = thrown instanceof Interrupted ? new CliError("unreachable", thrown.message) : systemFailure(thrown);
    const { message } = problem;
    if (said.has(message)) continue;
    said.add(message);
    if (strict || !(problem instanceof CliError)) code ||= reportFailure(problem, false);
    else output.warn(`not reported: ${message}${problem.hint ? ` ${problem.hint}` : ""}`);
  }
  return strict ? code : EXIT.ok;
}

// cli/verbs/quarantine.ts
import { readFile as readFile3 } from "node:fs/promises";

// src/domain/formats/bounded-json.ts
var QUOTE = 34;
var COMMA = 44;
var BACKSLASH = 92;
var OPENS_LIST = 91;
var OPENS_OBJECT = 123;
function tooManyValues(text, { values, groups }) {
  let [valueCount, groupCount] = [1, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPENS_LIST || code === OPENS_OBJECT) groupCount++;
    else if (code !== COMMA) continue;
    valueCount++;
    if (valueCount > values || groupCount > groups) return at;
  }
  return null;
}
function endOfString(text, start2) {
  for (let end = text.indexOf('"', start2 + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

// src/domain/formats/decoded-text.ts
var MARKS = [
  ["utf-8", [239, 187, 191]],
  ["utf-16le", [255, 254]],
  ["utf-16be", [254, 255]],
  // `<` or `{` of UTF-16 without a byte order mark.
  ["utf-16le", [60, 0, null, 0]],
  ["utf-16le", [123, 0, null, 0]],
  ["utf-16be", [0, 60, 0]],
  ["utf-16be", [0, 123, 0]]
];
var DECLARATION = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']\s*([^"'\s]{1,40})/;
function encodingOf(bytes, contentType) {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => byte === null || bytes[index] === byte));
  if (marked) return { label: marked[0], unknown: null };
  const start2 = String.fromCharCode(...bytes.subarray(0, 512));
  const declared = DECLARATION.exec(start2)?.[1] ?? /;\s*charset\s*=\s*"?([^\s";]{1,40})/i.exec(contentType ?? "")?.[1];
  if (declared === void 0 || /^(?:utf-?16|ucs-?2|iso-10646-ucs|unicode)/i.test(declared))
    return { label: "utf-8", unknown: null };
  try {
    return { label: new TextDecoder(declared).encoding, unknown: null };
  } catch (error) {
    if (error instanceof RangeError) return { label: "utf-8", unknown: declared };
    throw error;
  }
}
var PIECE_BYTES3 = 262144;
function* decodedPieces(bytes, { label }) {
  const decoder = new TextDecoder(label);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES3)
    yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES3), { stream: true });
  yield decoder.decode();
}

// src/domain/tests/formats/buildpass-json.ts
function parseTestResultsJson(value) {
  const tests = isRecord(value) ? value.tests : void 0;
  if (!Array.isArray(tests)) return refused([{ path: "tests", message: "must be an array" }]);
  if (tests.length > MAX_TEST_RESULTS)
    return refused([{ path: "tests", message: `must have at most ${MAX_TEST_RESULTS} entries` }]);
  const problems = [];
  const results = [];
  for (const [index, test] of tests.entries()) {
    const result = parseTest(test, `tests.${index}`, problems);
    if (result) results.push(result);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems.length === 0 ? { ok: true, results } : refused(problems);
}
var MAX_PROBLEMS = 20;
var OUTCOME_NAMED = wordTable({
  success: "success",
  passed: "success",
  failure: "failure",
  failed: "failure",
  error: "error",
  skipped: "skipped"
});
function parseTest(test, path, problems) {
  if (!isRecord(test)) {
    problems.push({ path, message: "must be an object" });
    return null;
  }
  const problemsBefore = problems.length;
  const wrong = (field, rule2) => problems.push({ path: `${path}.${field}`, message: rule2 });
  const optionalText = (field, maxLength) => {
    const text = test[field] ?? null;
    if (text === null || typeof text === "string") return text && clipped(text, maxLength);
    wrong(field, "must be a text");
    return null;
  };
  const name = typeof test.name === "string" ? clipped(test.name, MAX_TEST_NAME_LENGTH) : "";
  if (name === "") wrong("name", "must be a text that is not empty");
  const result = typeof test.result === "string" ? outcomeNamed(test.result) : null;
  if (!result) wrong("result", "must be success, failure, error or skipped");
  const runTimeSeconds = test.run_time ?? 0;
  if (!isDuration(runTimeSeconds)) wrong("run_time", "must be a number of seconds, 0 or more");
  const classname = optionalText("classname", MAX_TEST_NAME_LENGTH) ?? "";
  const message = optionalText("message", MAX_TEST_MESSAGE_LENGTH) ?? "";
  const file = optionalText("file", MAX_TEST_NAME_LENGTH) || null;
  const source = optionalText("source", MAX_TEST_NAME_LENGTH) || UNKNOWN_TEST_SOURCE;
  if (problems.length > problemsBefore || !result || !isDuration(runTimeSeconds)) return null;
  return {
    classname,
    name,
    result,
    runTimeSeconds,
    message,
    file,
    source,
    isFlaky: false,
    attempts: [],
    attachments: []
  };
}
function outcomeNamed(word) {
  return OUTCOME_NAMED.get(word) ?? null;
}
function isDuration(value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function refused(problems) {
  return { ok: false, problems };
}

// src/domain/tests/formats/outcome-words.ts
var WORDS2 = wordTable({
  run: "success",
  executed: "success",
  completed: "success",
  complete: "success",
  finished: "success",
  done: "success",
  pass: "success",
  passed: "success",
  ok: "success",
  success: "success",
  successful: "success",
  succeeded: "success",
  true: "success",
  expected: "success",
  fixed: "success",
  flaky: "success",
  passedbutrunaborted: "success",
  success_percentage_failure: "success",
  failed: "failure",
  failure: "failure",
  fail: "failure",
  false: "failure",
  unexpected: "failure",
  xpass: "failure",
  error: "error",
  errored: "error",
  broken: "error",
  crash: "error",
  crashed: "error",
  timeout: "error",
  timedout: "error",
  timed_out: "error",
  aborted: "error",
  cancelled: "error",
  canceled: "error",
  interrupted: "error",
  invalid: "error",
  notrunnable: "error",
  inprogress: "error",
  disconnected: "error",
  skip: "skipped",
  skipped: "skipped",
  disabled: "skipped",
  notrun: "skipped",
  not_run: "skipped",
  notexecuted: "skipped",
  suppressed: "skipped",
  ignored: "skipped",
  ignore: "skipped",
  explicit: "skipped",
  incomplete: "skipped",
  inconclusive: "skipped",
  pending: "skipped",
  todo: "skipped",
  xfail: "skipped"
});
function outcomeOf(word) {
  return WORDS2.get(word) ?? WORDS2.get(word.trim().toLowerCase().replace(/[ -]+/g, "_"));
}
function endingBy(word, { field, message, isDamaged = false }) {
  const result = outcomeOf(word);
  if (result === void 0) {
    const unknown = `the report says ${field}="${word}", which is no word for a test that passed`;
    return { result: "error", message: message || unknown };
  }
  if (isBad(result) || !isDamaged) return { result, message };
  return { result: "error", message: message || "the report is damaged in this test" };
}
function hasFailed(word = "") {
  if (/^\s*(?:|warning|information)\s*$/i.test(word)) return false;
  return isBad(outcomeOf(word) ?? "error");
}

// src/domain/formats/xml/xml.ts
var import_saxes = __toESM(require_saxes(), 1);

// src/domain/formats/xml/mended-xml.ts
var MAX_ODD = 45e5;
function* mendedXml(pieces, { comment, tooOdd: tooOdd2 }) {
  let held = "";
  let odd = 0;
  let inside = null;
  function escaped2(text) {
    return text.replace(NOT_MARKUP, (found, reference) => {
      odd++;
      if (odd > MAX_ODD) tooOdd2();
      if (found === "<") return "&lt;";
      if (reference === void 0) return "&amp;";
      return isCharacter(Number(reference.replace(/^x/, "0x"))) ? found : "�";
    });
  }
  function sureOf(text, isLast) {
    const lastEnd = text.lastIndexOf("?>");
    let done = "";
    let at = 0;
    let from = 0;
    for (; ; ) {
      if (inside !== null) {
        const end = INSIDES[inside];
        const ending = text.indexOf(end, at);
        if (ending < 0) {
          const sure = isLast ? text.length : Math.max(at, text.length - end.length + 1);
          held = text.slice(sure);
          if (inside !== "<![CDATA[") comment?.(text.slice(at));
          return done + plainInside(text.slice(at, sure), inside);
        }
        if (inside !== "<![CDATA[") comment?.(text.slice(at, ending));
        done += plainInside(text.slice(at, ending), inside) + end;
        at = ending + end.length;
        from = at;
        inside = null;
      }
      OPENS_INSIDE.lastIndex = from;
      const opening = OPENS_INSIDE.exec(text);
      const index = opening?.index ?? text.length;
      const opens = opening?.[0];
      const declared = opens === "<!DOCTYPE" ? documentTypeAt(text, index) : null;
      if (declared !== null) {
        done += escaped2(text.slice(at, index)) + declared;
        at = index + declared.length;
        from = at;
      } else if (opens === "<!--" || opens === "<![CDATA[" || opens === "<?" && isInstruction(text, index, lastEnd)) {
        done += escaped2(text.slice(at, index)) + opens;
        at = index + opens.length;
        inside = opens;
      } else if (opens !== void 0 && (isLast || index < text.length - MAX_INSTRUCTION || opens === "<?" && index < lastEnd)) {
        from = index + opens.length;
      } else {
        const rest = text.slice(at, index);
        const sure = isLast || opens !== void 0 ? index : at + tokenStart(rest);
        held = text.slice(sure);
        return done + escaped2(text.slice(at, sure));
      }
    }
  }
  for (const piece of characters(pieces)) yield sureOf(held + piece, false);
  yield sureOf(held, true);
}
var INSIDES = { "<!--": "-->", "<![CDATA[": "]]>", "<?": "?>" };
var OPENS_INSIDE = /<!(?:--|\[CDATA\[|DOCTYPE)|<\?/g;
var NOT_MARKUP = /&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,10}|x[\da-fA-F]{1,8});)?|<(?:(?![\p{L}_:/!])|(?=!(?!--|\[CDATA\[)))/gu;
var DOCUMENT_TYPE = /<!DOCTYPE(?:[^<>["']|"[^"<]*"|'[^'<]*')*(?:\[(?:\s|%[\w.:-]+;|<\?[^<>]*\?>|<!--(?:(?!-->)[\s\S])*-->|<!(?!--)(?:[^<>"']|"[^"]*"|'[^']*')*>)*\]\s*)?>/y;
var MAX_TOKEN = 16;
var MAX_INSTRUCTION = 65536;
function documentTypeAt(text, at) {
  DOCUMENT_TYPE.lastIndex = 0;
  return DOCUMENT_TYPE.exec(text.slice(at, at + MAX_INSTRUCTION))?.[0] ?? null;
}
function plainInside(text, inside) {
  return inside === "<!--" ? text.replaceAll("-", OTHER_HYPHEN) : text;
}
var OTHER_HYPHEN = "‐";
function isInstruction(text, at, lastEnd) {
  if (at > lastEnd) return false;
  if (!/^<\?[\p{L}_:]/u.test(text.slice(at, at + 4))) return false;
  if (!/^<\?xml\s/.test(text.slice(at, at + 6))) return true;
  const tag = text.indexOf("<", at + 1);
  return text.slice(at, tag < 0 ? void 0 : tag).includes("?>");
}
function tokenStart(text) {
  const last = Math.max(text.lastIndexOf("<"), text.lastIndexOf("&"));
  return last >= 0 && last > text.length - MAX_TOKEN ? last : text.length;
}
function isCharacter(code) {
  if (code < 32) return code === 9 || code === 10 || code === 13;
  return code <= 55295 || code >= 57344 && code <= 65533 || code >= 65536 && code <= 1114111;
}
var NO_CHARACTERS = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
function* characters(pieces) {
  let held = "";
  for (const piece of pieces) {
    const text = held + piece;
    held = text.endsWith("\r") ? "\r" : "";
    const whole = held === "" ? text : text.slice(0, -1);
    yield whole.replace(/\r\n?/g, "\n").replace(NO_CHARACTERS, "�").toWellFormed();
  }
  if (held !== "") yield "\n";
}

// src/domain/formats/xml/xml.ts
var XmlProblem = class extends Error {
};
var HARMLESS = /* @__PURE__ */ new Set([
  "disallowed character.",
  'the string "]]>" is disallowed in char data.',
  "unquoted attribute value."
]);
var MAX_FAULTS = 1e3;
function readXml(pieces, { open: open4, text, close, damage, comment }) {
  const parser = new import_saxes.SaxesParser({ xmlns: false, defaultXMLVersion: "1.0", forceXMLVersion: true, fragment: true });
  let faults = 0;
  let firstDamage = null;
  let endsEarly = null;
  let opening = null;
  let openingName = "";
  const names = [];
  let tail = "";
  let closing = [];
  const position = () => `${parser.line}:${parser.column}`;
  const settle2 = () => {
    if (closing.length === 0) return;
    const closed = closing;
    closing = [];
    for (const { isImplied } of closed) {
      names.pop();
      close(isImplied);
    }
  };
  parser.on("error", ({ message }) => {
    const fault = message.slice(message.indexOf(": ") + 2);
    const last = closing.at(-1);
    if (fault === "unexpected end.") {
      endsEarly = position();
      return;
    }
    if (fault === "unexpected close tag." && last) last.isImplied = true;
    else if (fault.startsWith("unmatched closing tag")) {
      reopen(parser, closing.map(({ tag }) => tag).reverse());
      closing = [];
    } else settle2();
    if (names.length === 0 && opening === null || HARMLESS.has(fault)) return;
    faults++;
    if (faults > MAX_FAULTS) throw new XmlProblem("too much is wrong with its tags");
    firstDamage ??= message;
    if (opening !== null) opening = "damaged";
    else if (closing.length === 0) damage();
  });
  parser.on("opentagstart", ({ name }) => {
    settle2();
    openingName = name;
    opening = "whole";
  });
  parser.on("opentag", ({ name, attributes }) => {
    const isDamaged = opening === "damaged";
    opening = null;
    names.push(name);
    open4(name, attributes, { position: position(), isDamaged });
  });
  const onText = (some) => {
    settle2();
    text(some);
  };
  parser.on("text", onText);
  parser.on("cdata", (section) => {
    onText(section);
    if (holdsOwnEnd(section, names.at(-1) ?? "")) firstDamage ??= `${position()}: the end of a CDATA section is lost`;
  });
  parser.on("closetag", (tag) => {
    if (closing.at(-1)?.isImplied !== true) settle2();
    closing.push({ tag, isImplied: false });
  });
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (const piece of mendedXml(pieces, { comment, tooOdd })) {
      parser.write(piece);
      tail = (tail + piece).slice(-MAX_TAIL);
      flattenTexts(parser);
    }
    settle2();
    if (names.length > 0) endsEarly = position();
    else parser.close();
    const endsIn = opening === null ? /<([^\s<>/!?]+)$/.exec(tail)?.[1] ?? null : openingName;
    return { ok: true, endsEarly, endsIn, damage: firstDamage };
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    return { ok: false, problem: `${position()}: ${error.message}` };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
function tooOdd() {
  throw new XmlProblem("too much in its text is no XML");
}
function holdsOwnEnd(section, name) {
  const end = section.indexOf(`</${name}`);
  const start2 = end < 0 ? -1 : section.indexOf(`<${name}`, end);
  return start2 >= 0 && section.includes("<![CDATA[", start2);
}
var MAX_TAIL = 100;
function reopen(parser, tags) {
  const open4 = Reflect.get(parser, "tags");
  if (!Array.isArray(open4)) throw new Error("saxes keeps its open elements elsewhere");
  open4.push(...tags);
}
function flattenTexts(parser) {
  for (const value of Object.values(parser)) if (typeof value === "string") value.charCodeAt(value.length - 1);
}

// src/domain/tests/formats/repeated-tests.ts
function withAttempts(tests, repeated, counted2) {
  const keyOf2 = (test) => [test.source, test.file, test.classname, repeated.get(test) ?? test.name].join("\n");
  const groups = new Map(
    tests.filter((test) => repeated.has(test)).map((test) => [keyOf2(test), []])
  );
  for (const test of tests) groups.get(keyOf2(test))?.push(test);
  if (counted2 === tests.length && isOnPurpose([...groups.values()], tests.length)) return tests;
  const attempts = /* @__PURE__ */ new Set();
  const kept = /* @__PURE__ */ new Map();
  for (const group of groups.values()) {
    const failed = group.slice(0, -1).filter(({ result, message }) => result === "success" && message === "");
    if (failed.length === 0) continue;
    for (const attempt2 of failed) attempts.add(attempt2);
    const last = group.filter((test) => !attempts.has(test));
    for (const [i, test] of last.entries()) kept.set(test, { ...test, name: group[i]?.name ?? test.name });
    const [first] = last;
    if (first)
      kept.set(first, {
        ...kept.get(first) ?? first,
        isFlaky: first.result === "success",
        attempts: failed.slice(0, MAX_ATTEMPTS).map(() => ({ result: "failure", message: "" }))
      });
  }
  return tests.filter((test) => !attempts.has(test)).map((test) => kept.get(test) ?? test);
}
function isOnPurpose(groups, testCount) {
  const times = groups[0]?.length ?? 0;
  const isEach = groups.length * times === testCount && groups.every(({ length }) => length === times);
  return isEach || !groups.flat().some(({ result }) => isBad(result));
}

// src/domain/tests/formats/report-builder.ts
var MAX_WARNINGS = 20;
var MAX_WARNING_LENGTH = 300;
var MAX_ATTACHMENTS = 100;
function openReport() {
  const tests = [];
  const ofTags = /* @__PURE__ */ new Set();
  const warnings = [];
  let leftOut = 0;
  let countedFailures = 0;
  let shownFailures = 0;
  let tally = { badCases: 0, skippedCases: 0, redSuites: 0 };
  const ordinals = /* @__PURE__ */ new Map();
  const repeated = /* @__PURE__ */ new Map();
  function warn(warning) {
    if (warnings.length < MAX_WARNINGS) warnings.push(clipped(warning, MAX_WARNING_LENGTH));
    else leftOut++;
  }
  function ownName(test) {
    const keyOf2 = (name2) => `${test.source}
${test.file ?? ""}
${test.classname}
${name2}`;
    const key = keyOf2(test.name);
    if (!ordinals.has(key)) {
      ordinals.set(key, 2);
      return test.name;
    }
    const cut = test.name.length > MAX_TEST_NAME_LENGTH - 8 ? `${keyOf2(withOrdinal(test.name, 0))} cut` : key;
    let ordinal = Math.max(ordinals.get(key) ?? 2, ordinals.get(cut) ?? 2);
    let name = withOrdinal(test.name, ordinal);
    while (ordinals.has(keyOf2(name))) name = withOrdinal(test.name, ++ordinal);
    ordinals.set(keyOf2(name), 2);
    ordinals.set(key, ordinal + 1);
    ordinals.set(cut, ordinal + 1);
    return name;
  }
  return {
    add: (found) => {
      if (tests.length === MAX_TEST_RESULTS) throw new XmlProblem(`more than ${MAX_TEST_RESULTS} test cases`);
      const test = testOf(found, tests.length + 1);
      if (found.name.trim() === "") warn(`a test has no name, and is called "${test.name}"`);
      const kept = { ...test, name: ownName(test) };
      if (kept.name !== test.name) repeated.set(kept, test.name);
      tests.push(kept);
      if (found.isOfTag) ofTags.add(kept);
    },
    warn,
    count: () => tests.length,
    foldAttempts: (from, counted2) => {
      if (repeated.size === 0) return;
      const folded = withAttempts(tests.slice(from), repeated, counted2);
      tests.length = from;
      for (const test of folded) tests.push(test);
    },
    cases: () => tests.filter((test) => !ofTags.has(test)),
    compareFailures: (counted2, shown) => {
      countedFailures += Math.max(counted2, shown);
      shownFailures += shown;
    },
    tally: (counts) => {
      tally = {
        badCases: tally.badCases + counts.badCases,
        skippedCases: tally.skippedCases + counts.skippedCases,
        redSuites: tally.redSuites + counts.redSuites
      };
    },
    compareRunner: (told) => {
      const { badCases, skippedCases, redSuites } = tally;
      const counted2 = (name) => told.get(name) ?? 0;
      const failed = counted2("fail") + counted2("cancelled");
      const unclear = Math.min(redSuites, counted2("suites") + counted2("skipped") + counted2("todo") - skippedCases);
      const outers = redSuites - Math.max(0, unclear);
      if (failed > badCases + redSuites) warn(countsMore(failed, badCases));
      else if (failed > badCases + outers)
        warn(`${countsMore(failed, badCases)}; a test around one that failed may be counted, too`);
    },
    close: () => {
      if (countedFailures > shownFailures) {
        warn(countsMore(countedFailures, shownFailures));
      }
      if (leftOut > 0) warnings.push(leftOut === 1 ? "1 more warning" : `${leftOut} more warnings`);
      return { tests, warnings };
    }
  };
}
function countsMore(counted2, shown) {
  return `the report counts ${counted2 === 1 ? "1 failure" : `${counted2} failures`}, its cases show ${shown}`;
}
function testOf(found, position) {
  const { classname, result, runTimeSeconds, file = "", source = "", attempts = [], attachments = [] } = found;
  const ordinal = `#${position}`;
  const name = found.name.trim() === "" ? `${clipped(classname, MAX_TEST_NAME_LENGTH - 8)} ${ordinal}`.trim() : found.name;
  return {
    classname: clipped(classname, MAX_TEST_NAME_LENGTH),
    name: clipped(name, MAX_TEST_NAME_LENGTH),
    result,
    runTimeSeconds: Number.isFinite(runTimeSeconds) && runTimeSeconds > 0 ? runTimeSeconds : 0,
    message: clipped(found.message, MAX_TEST_MESSAGE_LENGTH),
    file: clipped(file, MAX_TEST_NAME_LENGTH) || null,
    source: clipped(source, MAX_TEST_NAME_LENGTH) || UNKNOWN_TEST_SOURCE,
    isFlaky: result === "success" && (found.isFlaky === true || attempts.length > 0),
    attempts: attempts.slice(0, MAX_ATTEMPTS).map((attempt2) => ({ ...attempt2, message: clipped(attempt2.message, MAX_TEST_MESSAGE_LENGTH) })),
    attachments: [...new Set(attachments)].slice(0, MAX_ATTACHMENTS).map((path) => clipped(path, MAX_TEST_NAME_LENGTH))
  };
}
function withOrdinal(name, ordinal) {
  return `${clipped(name, MAX_TEST_NAME_LENGTH - 8)} (${ordinal})`;
}
function secondsOf(time = "") {
  const plain = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.|$)/.test(time) ? time.replaceAll(",", "") : time.replace(",", ".");
  const seconds = Number(plain);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
function countOf(text) {
  return /^\s*\d{1,9}\s*$/.test(text ?? "") ? Number(text) : 0;
}
function joined(headline, text) {
  const below = clipped(text.trim(), MAX_TEST_MESSAGE_LENGTH);
  if (below === "") return headline.trim();
  return below.includes(clipped(headline, MAX_TEST_MESSAGE_LENGTH)) ? below : `${headline}
${below}`;
}

// src/domain/tests/formats/ctrf.ts
function isCtrf(value) {
  const fields = fieldsOf(value);
  return fields.reportFormat === "CTRF" || Array.isArray(fieldsOf(fields.results).tests);
}
function readCtrf(value, report) {
  const results = fieldsOf(fieldsOf(value).results);
  if (!Array.isArray(results.tests)) return "results.tests must be an array";
  if (results.tests.length > MAX_TEST_RESULTS) return `more than ${MAX_TEST_RESULTS} test cases`;
  const source = textOf(fieldsOf(results.tool).name);
  let shown = 0;
  results.tests.forEach((entry, index) => {
    if (entry === null || typeof entry !== "object" || Array.isArray(entry)) {
      report.warn(`results.tests.${index} is no test, and was left out`);
      return;
    }
    const test = testOf2(fieldsOf(entry), source);
    if (isBad(test.result)) shown++;
    report.add(test);
  });
  const { failed } = fieldsOf(results.summary);
  report.compareFailures(typeof failed === "number" && failed >= 0 ? failed : 0, shown);
  return null;
}
function testOf2(test, source) {
  const message = joined(textOf(test.message), textOf(test.trace));
  const status = textOf(test.status);
  const word = status === "other" && outcomeOf(textOf(test.rawStatus)) !== void 0 ? textOf(test.rawStatus) : status;
  const ending = endingBy(word, { field: "status", message });
  const attempts = attemptsOf(test, ending);
  return {
    classname: Array.isArray(test.suite) ? test.suite.map(textOf).join(" > ") : textOf(test.suite),
    name: textOf(test.name),
    ...ending,
    runTimeSeconds: typeof test.duration === "number" ? test.duration / 1e3 : 0,
    file: textOf(test.filePath),
    source,
    isFlaky: test.flaky === true || typeof test.retries === "number" && test.retries > 0,
    attempts,
    attachments: listOf2(test.attachments).flatMap((attachment) => textOf(fieldsOf(attachment).path) || [])
  };
}
function attemptsOf(test, last) {
  const attempts = listOf2(test.retryAttempts).map((attempt2) => {
    const { status, message, trace } = fieldsOf(attempt2);
    return endingBy(textOf(status), { field: "status", message: joined(textOf(message), textOf(trace)) });
  });
  const failed = attempts.filter(({ result }) => isBad(result));
  const isLastListed = isBad(last.result) && typeof test.retries === "number" && failed.length > test.retries;
  return isLastListed ? failed.slice(0, -1) : failed;
}
function textOf(value) {
  if (typeof value === "string") return withoutControls(value);
  return typeof value === "number" ? String(value) : "";
}
var CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]/g;
function withoutControls(text) {
  return text.replace(CONTROLS, "�");
}
function fieldsOf(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
function listOf2(value) {
  return Array.isArray(value) ? value : [];
}

// src/domain/tests/formats/root-names.ts
var ROOT_NAMES = [
  "testsuites",
  "testsuite",
  "TestRun",
  "testrun",
  "test-run",
  "test-results",
  "test-suite",
  "assemblies",
  "assembly",
  "testng-results"
];
var ANY_ROOT = `(?:[\\w-]+:)?(?:${ROOT_NAMES.join("|")})`;

// src/domain/tests/formats/log-lines.ts
var ROOT = new RegExp(`<${ANY_ROOT}[\\s>]`);
function* withoutLog(pieces) {
  let held = "";
  let isBefore = true;
  for (const piece of pieces) {
    if (!isBefore) {
      yield piece;
      continue;
    }
    held += piece;
    let done = "";
    for (let end = held.indexOf("\n"); isBefore && end >= 0; end = held.indexOf("\n")) {
      const line = held.slice(0, end + 1);
      const { text, isRoot: isRoot2 } = maskedLine(line);
      isBefore = !isRoot2;
      done += text;
      held = held.slice(end + 1);
    }
    if (isBefore && held.length > MAX_LINE) isBefore = false;
    yield isBefore ? done : done + held;
    if (!isBefore) held = "";
  }
  yield isBefore ? maskedLine(held).text : held;
}
var MAX_LINE = 65536;
var END_OF_ROOT = new RegExp(`</${ANY_ROOT}\\s*>[^\\S\\n]*\\n`, "g");
var IS_SUITE = /(?:test-?suite|assembly)\s*>/;
var BEGINS_LIKE_TAG = /^\s*<[\w.:-]+(?:\s[^<>]*)?>[^\S\n]*[^\s<]/;
var BEGINS_WITH_TAG = /^\s*<[\p{L}_:/]/u;
var DECLARES = /^\s*<(?:\?|!DOCTYPE|!--.*-->)/;
var MARKUP = /^\s*<([\w.:-]+)(?:\s[^<>]*)?(?:>[^<>]*<\/\1\s*>|\/>)[^<>]*$/;
var TAG_NAME = /<([A-Za-z_][\w.:-]*)/g;
function withoutLogLines(text) {
  const names = /* @__PURE__ */ new Set();
  let done = "";
  let at = 0;
  let isMasked = false;
  const maskLines = () => {
    while (at < text.length) {
      const end = text.indexOf("\n", at) + 1 || text.length;
      const line = text.slice(at, end);
      if (line.length > MAX_LINE) return;
      if (/\S/.test(line) && !DECLARES.test(line) && !isMarkup(line)) {
        const isLog = (!BEGINS_WITH_TAG.test(line) || BEGINS_LIKE_TAG.test(line)) && !/<\/|\/>/.test(line);
        if (!isLog) return;
        for (const [, name = ""] of line.matchAll(TAG_NAME)) names.add(name);
        isMasked ||= line.includes("<");
        done += line.replaceAll("<", " ");
      } else done += line;
      at = end;
    }
  };
  maskLines();
  const start2 = at;
  const ends = [...text.slice(start2).matchAll(END_OF_ROOT)];
  for (const [position, { 0: end, index }] of ends.entries()) {
    if (IS_SUITE.test(end) && position < ends.length - 1) continue;
    const behind = start2 + index + end.length;
    if (behind < at) continue;
    done += text.slice(at, behind);
    at = behind;
    maskLines();
  }
  done += text.slice(at);
  const isBegun = (name) => countIn(done, `</${name}`) > countIn(done, `<${name}`);
  return !isMasked || names.size > MAX_NAMES || [...names].some(isBegun) ? null : done;
}
var MAX_NAMES = 20;
function isMarkup(line) {
  return MARKUP.test(line) && !ROOT.test(line);
}
function countIn(text, tag) {
  let count = 0;
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + 1))
    if (!/[\w.:-]/.test(text.charAt(at + tag.length))) count++;
  return count;
}
function maskedLine(line) {
  const root = ROOT.exec(line);
  const start2 = line.trimStart();
  if (start2.startsWith("<") && !start2.startsWith("<![CDATA["))
    return { text: line, isRoot: root !== null || !/^<[?!]/.test(start2) };
  const end = root?.index ?? line.length;
  return { text: line.slice(0, end).replaceAll("<", " ") + line.slice(end), isRoot: root !== null };
}

// src/domain/tests/formats/xml-element.ts
function childrenOf(element, name) {
  return element?.children.filter((child) => child.name === name) ?? [];
}
function textOf2(element, name) {
  return childrenOf(element, name)[0]?.text.trim() ?? "";
}
function around(element, fits) {
  for (let outer = element.parent; outer; outer = outer.parent) if (fits(outer)) return outer;
  return void 0;
}
function outersOf(element) {
  const outers = [];
  for (let outer = element.parent; outer; outer = outer.parent) outers.unshift(outer);
  return outers;
}
function isNearly(name, other) {
  return name.startsWith(other) || isOneOff(name, other);
}
function isOneOff(name, other) {
  if (Math.abs(name.length - other.length) > 1) return false;
  let before = 0;
  while (before < other.length && name[before] === other[before]) before++;
  const [rest, otherRest] = [name.slice(before), other.slice(before)];
  return rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1);
}

// src/domain/tests/formats/junit.ts
function junitXml(report) {
  const suites = /* @__PURE__ */ new Map();
  let stranger = null;
  const tally = { badCases: 0, skippedCases: 0, redSuites: 0 };
  const suiteOf = (element) => {
    const suite = suites.get(element) ?? { from: report.count(), faults: [], shown: 0, counted: 0, isRed: false };
    suites.set(element, suite);
    return suite;
  };
  const countIn2 = (element, { shown, counted: counted2, isRed }) => {
    if (!element) return;
    const suite = suiteOf(element);
    suite.shown += shown;
    suite.counted += counted2;
    suite.isRed ||= isRed;
  };
  return {
    wants: (element) => element.name === "testcase" || element.parent !== null && isSuite(element.parent) && isFaultOfSuite(element),
    take: (element) => {
      if (element.name !== "testcase") {
        if (element.parent) suiteOf(element.parent).faults.push(messageOf2(element));
        return;
      }
      const ending = endingOf(element);
      const isRed = isBad(ending.result);
      const skip = childrenOf(element, "skipped")[0];
      if (skip) tally.skippedCases++;
      if (isRed && !skip && !OF_SUITE.test(ending.message)) tally.badCases++;
      const suite = around(element, isSuite);
      if (suite) suiteOf(suite);
      report.add({ ...placeOf2(element), ...ending, runTimeSeconds: secondsOf(element.attributes.time) });
      const faults = childrenOf(element, "failure").length + childrenOf(element, "error").length;
      const isRedTodo = isTodo(element) && (faults > 0 || "failure" in element.attributes);
      const shown = isRed || isRedTodo ? Math.max(1, faults) : 0;
      countIn2(suite, { shown, counted: shown, isRed });
    },
    leave: (element) => {
      if (!isSuite(element)) {
        if (element.parent && isSuite(element.parent) && OF_OTHERS.test(element.name)) stranger ??= element.name;
        return;
      }
      const { from, faults, shown, counted: counted2, isRed } = suiteOf(element);
      suites.delete(element);
      if (faults.length > 0) {
        const name = element.attributes.name || element.attributes.file || "suite";
        const { classname, ...place } = placeOf2(element);
        const message = faults.join("\n");
        report.add({
          ...place,
          classname: element.attributes.name || classname,
          name,
          result: "error",
          runTimeSeconds: 0,
          message
        });
      }
      if (isOfPytest(element)) report.foldAttempts(from, countOf(element.attributes.tests));
      const all = shown + faults.length;
      if (isRed && element.name === "testsuite") tally.redSuites++;
      const own = countOf(element.attributes.failures) + countOf(element.attributes.errors);
      const allCounted = Math.max(counted2 + faults.length, own);
      const outer = around(element, isSuite);
      if (outer) countIn2(outer, { shown: all, counted: allCounted, isRed });
      else report.compareFailures(allCounted, all);
    },
    end: () => {
      report.tally(tally);
      if (stranger !== null && /^test-?case/.test(stranger) && report.count() > 0)
        report.warn(`an element ${clipped(stranger, 100)} is no test case, and was left out`);
      if (stranger !== null && report.count() === 0)
        throw new XmlProblem(`no test case of JUnit is in it, but elements ${clipped(stranger, 100)}`);
    }
  };
}
function isOfPytest({ attributes, parent }) {
  return attributes.name === "pytest" || parent?.attributes.name === "pytest tests";
}
var OF_SUITE = /\bSuiteContext\./;
function isFaultOfSuite({ name, attributes, isDamaged }) {
  const outcome = outcomeOf(name);
  if (outcome !== void 0) return isBad(outcome);
  const isLike = isNearly(name, "error") || isNearly(name, "failure") || isDamaged && /^[ef]/.test(name);
  return "message" in attributes || isLike;
}
var OF_OTHERS = /^(?:tests?|suites?|cases?|test-?cases?|test-?suites?)$/;
function isSuite({ name }) {
  return name === "testsuite" || name === "testsuites";
}
function placeOf2(element) {
  const { name = "", classname = "", file } = element.attributes;
  const outers = [...outersOf(element), ...isSuite(element) ? [element] : []].filter(isSuite);
  const named2 = outers.filter((suite) => (suite.attributes.name ?? "") !== "");
  const isNoClass = classname === "" || classname === "test" && named2.length > 0;
  return {
    classname: isNoClass ? joinedNames(named2) || classname : classname,
    name,
    file: file || outers.findLast((suite) => suite.attributes.file)?.attributes.file,
    source: named2[0]?.attributes.name,
    attachments: element.attachments
  };
}
function joinedNames(suites) {
  const inner = suites.filter(({ name }) => name === "testsuite");
  const names = (inner.length > 0 ? inner : suites).map(
    ({ attributes }) => clipped(attributes.name ?? "", MAX_TEST_NAME_LENGTH)
  );
  let joined2 = "";
  for (const [index, name] of names.entries()) {
    if (joined2.length > MAX_TEST_NAME_LENGTH) break;
    if (!names[index + 1]?.startsWith(name)) joined2 += joined2 === "" ? name : ` > ${name}`;
  }
  return joined2;
}
function isTodo({ children }) {
  return children.some(({ name, attributes }) => name === "skipped" && attributes.type === "todo");
}
var FLAKY = wordTable({ flakyfailure: "failure", flakyerror: "error", rerun: "failure" });
var RERUNS = wordTable({ rerunfailure: "failure", rerunerror: "error" });
function endingOf(element) {
  const attempts = [];
  const reruns = [];
  let byElements = null;
  let message = "";
  let unclear = damagedEndingOf(element) ?? (element.isDamaged ? "" : null);
  for (const child of element.children) {
    const flaky = FLAKY.get(child.name);
    const rerun = RERUNS.get(child.name);
    const outcome = faultOf(child.name);
    if (!flaky && !rerun && outcomeOf(child.name) === void 0 && mayBeEnding(child)) unclear ??= "";
    if (flaky) attempts.push({ result: flaky, message: messageOf2(child) });
    else if (rerun) reruns.push({ result: rerun, message: messageOf2(child) });
    else if (outcome) {
      if (byElements === null || byElements === "skipped") byElements = outcome;
      const more = messageOf2(child);
      if (message.length < MAX_TEST_MESSAGE_LENGTH && !message.includes(more))
        message += message === "" ? more : `
${more}`;
    }
  }
  if (reruns.length > 0 && (byElements === null || byElements === "skipped")) {
    const [first] = reruns.splice(0, 1);
    byElements = first?.result ?? "failure";
    message = first?.message ?? "";
  }
  const ended = isTodo(element) ? { result: "skipped", message } : byAttributes(element, byElements, message, unclear);
  return {
    ...ended,
    attempts: [...attempts, ...reruns],
    isFlaky: /^\s*flaky\s*$/i.test(element.attributes.status ?? "")
  };
}
function mayBeEnding({ name, attributes }) {
  return "message" in attributes || ENDINGS.some((ending) => name !== ending && isNearly(name, ending));
}
var ENDINGS = ["skipped", "failure", "error", "disabled"];
function faultOf(name) {
  if (name === "warning") return "failure";
  const outcome = outcomeOf(name);
  return outcome === "success" ? null : outcome ?? null;
}
var SAY_HOW_IT_ENDED = ["status", "result", "outcome", "success"];
function damagedEndingOf({ attributes }) {
  for (const name in attributes) {
    if (SAY_HOW_IT_ENDED.includes(name)) continue;
    const known = SAY_HOW_IT_ENDED.find((one) => isOneOff(name, one));
    const outcome = known && outcomeOf(attributes[name] ?? "");
    if (outcome && outcome !== "success") return `the report says ${name}="${attributes[name]}", perhaps of ${known}`;
  }
  return null;
}
function byAttributes({ attributes, isDamaged }, byElements, message, unclear) {
  if (byElements === "failure" || byElements === "error") return { result: byElements, message };
  const said = SAY_HOW_IT_ENDED.filter((name) => (attributes[name] ?? "").trim() !== "").map((name) => {
    const word = attributes[name] ?? "";
    return { outcome: outcomeOf(word), name, word };
  });
  const bad = said.find(({ outcome }) => outcome === "failure" || outcome === "error");
  if (bad?.outcome) return { result: bad.outcome, message };
  const failure = attributes.failure ?? "";
  if (!/^\s*(?:|0|false|none)\s*$/i.test(failure)) return { result: "failure", message: message || failure };
  if (byElements === "skipped" || said.some(({ outcome }) => outcome === "skipped"))
    return endingBy("skipped", { field: "", message, isDamaged });
  const unknown = said.find(({ outcome }) => outcome === void 0);
  return endingBy(unknown?.word ?? "passed", {
    field: unknown?.name ?? "",
    message: message || (unclear ?? ""),
    isDamaged: unclear !== null
  });
}
function messageOf2(element) {
  const { message = "", type = "" } = element.attributes;
  const text = element.text + childrenOf(element, "stacktrace").map((trace) => trace.text).join("");
  return joined(message, text) || type;
}

// src/domain/tests/formats/nunit.ts
function nunitXml(report) {
  const redIn = /* @__PURE__ */ new Set();
  let shown = 0;
  const faultsIn = /* @__PURE__ */ new Map();
  const redden = (element) => {
    for (const outer of [...outersOf(element), element]) redIn.add(outer);
  };
  return {
    wants: ({ name, parent }) => name === "test-case" || (name === "failure" || name === "reason") && parent?.name === "test-suite",
    take: (element) => {
      if (element.name !== "test-case") {
        if (element.parent && (element.name === "failure" || !faultsIn.has(element.parent)))
          faultsIn.set(element.parent, { message: messageIn(element), isFailure: element.name === "failure" });
        return;
      }
      const ending = endingOf2(element);
      if (isBad(ending.result)) {
        redden(element);
        shown++;
      }
      const { name = "", duration, time } = element.attributes;
      report.add({
        classname: classnameOf(element),
        name,
        ...ending,
        runTimeSeconds: secondsOf(duration ?? time),
        source: sourceOf(element),
        attachments: [...attachmentsOf(element), ...element.attachments]
      });
    },
    leave: (element) => {
      const { message = "", isFailure = false } = faultsIn.get(element) ?? {};
      faultsIn.delete(element);
      const { result = "", site = "" } = element.attributes;
      const isOwn = SUITES.has(element.name) && !/^parent$/i.test(site);
      const isUnshown = isOwn && hasFailed(result) && !redIn.has(element);
      if (isUnshown || isFailure && isOwnFault(element, message)) {
        const { name = element.parent ? "suite" : "Test run", fullname } = element.attributes;
        redden(element);
        report.add({
          classname: fullname ?? name,
          name,
          result: "error",
          runTimeSeconds: 0,
          isOfTag: message === "",
          message: message || `the report says result="${result}", and no test in it shows why`,
          source: sourceOf(element)
        });
      }
      if (element.parent === null) {
        const { failed, failures, errors } = element.attributes;
        report.compareFailures(Math.max(countOf(failed), countOf(failures) + countOf(errors)), shown);
      }
    },
    end: () => {
    }
  };
}
var SUITES = /* @__PURE__ */ new Set(["test-suite", "test-run", "test-results"]);
function isOwnFault({ attributes }, message) {
  const { site } = attributes;
  if (site !== void 0) return !/^(?:child|parent|test)$/i.test(site);
  return !/^(?:|one or more child tests had errors.*|child test failed)$/i.test(message.trim());
}
function endingOf2(element) {
  const { result = "", label = "", success, executed } = element.attributes;
  const failure = childrenOf(element, "failure")[0];
  const reason = textOf2(childrenOf(element, "reason")[0], "message");
  const message = failure && textOf2(failure, "message") !== "" ? messageIn(failure) : reason;
  const word = /^warning$/i.test(result.trim()) ? "passed" : result || (executed === "False" ? "NotRun" : success ?? "");
  const outcome = outcomeOf(word);
  const labelled = outcomeOf(label);
  if (outcome === "failure" && labelled === "error") return { result: "error", message };
  const isFailure = textOf2(failure, "message") !== "";
  if (isFailure && (outcome === "success" || outcome === void 0)) return { result: "failure", message };
  if (outcome === "success" && /^false$/i.test(success ?? "")) return { result: "failure", message };
  return endingBy(word, { field: "result", message, isDamaged: element.isDamaged });
}
function messageIn(failure) {
  return joined(textOf2(failure, "message") || failure.text.trim(), textOf2(failure, "stack-trace"));
}
function classnameOf(element) {
  const { classname, fullname, name = "" } = element.attributes;
  if (classname) return classname;
  const full = /^([^(]+)\.[^.(]+(?:\(.*)?$/s.exec(fullname ?? name)?.[1];
  return full ?? around(element, (outer) => outer.name === "test-suite")?.attributes.name ?? "";
}
function sourceOf(element) {
  return outersOf(element).find(({ name, attributes }) => name !== "test-run" && attributes.name)?.attributes.name;
}
function attachmentsOf(element) {
  const attachments = childrenOf(childrenOf(element, "attachments")[0], "attachment");
  return attachments.map((attachment) => textOf2(attachment, "filepath")).filter((path) => path !== "");
}

// src/domain/tests/formats/testng.ts
function testngXml(report) {
  const retried = /* @__PURE__ */ new Map();
  let shown = 0;
  let counted2 = 0;
  const add = (element, attempts) => {
    const { attributes } = element;
    const ending = endingOf3(element);
    const isConfig = attributes["is-config"] === "true";
    if (isConfig && (ending.result === "success" || ending.result === "skipped")) return;
    if (!isConfig && isBad(ending.result)) shown++;
    report.add({
      classname: around(element, ({ name }) => name === "class")?.attributes.name ?? "",
      name: attributes.name ?? "",
      ...isConfig ? { ...ending, result: "error" } : ending,
      runTimeSeconds: Number(attributes["duration-ms"] ?? 0) / 1e3,
      source: around(element, ({ name }) => name === "suite")?.attributes.name,
      attempts,
      attachments: element.attachments
    });
  };
  return {
    wants: ({ name }) => name === "test-method",
    take: (element) => {
      const key = keyOf(element);
      const before = retried.get(key)?.attempts ?? [];
      if (element.attributes.retried !== "true") {
        retried.delete(key);
        add(element, before);
        return;
      }
      const { message } = endingOf3(element);
      const attempts = before.length < MAX_ATTEMPTS ? [...before, { result: "failure", message }] : before;
      retried.set(key, { element, attempts });
    },
    leave: ({ name, attributes }) => {
      if (name === "testng-results") counted2 = countOf(attributes.failed);
    },
    end: () => {
      for (const { element, attempts } of retried.values()) {
        const failed = { ...element, attributes: { ...element.attributes, status: "FAIL" } };
        add(failed, attempts.slice(0, -1));
      }
      report.compareFailures(counted2, shown);
    }
  };
}
var MAX_KEY_LENGTH = 16e3;
function keyOf(element) {
  const { signature = "", name = "" } = element.attributes;
  const values = childrenOf(childrenOf(element, "params")[0], "param").map((param) => textOf2(param, "value"));
  const outer = around(element, (one) => one.name === "test")?.attributes.name ?? "";
  const parts = [outer, signature || name, ...values].map((part) => part.slice(0, MAX_TEST_NAME_LENGTH));
  return JSON.stringify(parts).slice(0, MAX_KEY_LENGTH);
}
function endingOf3(element) {
  const exception = childrenOf(element, "exception")[0];
  const trace = textOf2(exception, "full-stacktrace") || textOf2(exception, "short-stacktrace");
  const message = joined(textOf2(exception, "message") || (exception?.attributes.class ?? ""), trace);
  const word = element.attributes.status ?? "";
  return endingBy(word, { field: "status", message, isDamaged: element.isDamaged });
}

// src/domain/tests/formats/trx.ts
var TRX_RESULTS = new Set(
  ["unit", "web", "load", "generic", "manual"].map((kind) => `${kind}testresult`).concat("testresultaggregation")
);
function trxXml(report) {
  const results = [];
  const definitions = /* @__PURE__ */ new Map();
  const rows = /* @__PURE__ */ new Map();
  const runFaults = [];
  let badParents = 0;
  let moreFaults = 0;
  let isRunBad = false;
  let isAborted = false;
  let counted2 = 0;
  return {
    wants: (element) => {
      const { name, parent } = element;
      return TRX_RESULTS.has(name) || name === "unittest" || isOfRun(element) || name === "counters" && parent !== null;
    },
    take: (element) => {
      const { attributes } = element;
      if (TRX_RESULTS.has(element.name)) {
        const { result, message } = endingOf4(element);
        isAborted ||= IS_ABORTED.test(attributes.outcome ?? "");
        const outer = around(element, ({ name }) => TRX_RESULTS.has(name));
        if (outer) rows.set(outer, isBad(result) || rows.get(outer) === true);
        const isOfRows = rows.has(element) && (!isBad(result) || rows.get(element) === true);
        rows.delete(element);
        if (isOfRows) {
          if (isBad(result)) badParents++;
          return;
        }
        const test = {
          classname: "",
          name: attributes.testname ?? "",
          result,
          message,
          runTimeSeconds: secondsOfTime(attributes.duration ?? ""),
          attachments: [...filesOf(element), ...element.attachments]
        };
        results.push({ test, testId: attributes.testid ?? "" });
      } else if (element.name === "unittest") {
        const method = childrenOf(element, "testmethod")[0];
        const classname = method?.attributes.classname?.split(",", 1)[0] ?? "";
        definitions.set(attributes.id ?? "", {
          // `none` is what JavaScript's writers of TRX have for it.
          classname: classname === "none" ? "" : classname,
          // Its name is at its end, and many tests have the same.
          file: (method?.attributes.codebase ?? attributes.storage ?? "").slice(-MAX_TEST_NAME_LENGTH)
        });
      } else if (isOfRun(element)) {
        const text = textOf2(element, "text");
        if (runFaults.length >= MAX_RUN_FAULTS) moreFaults++;
        else runFaults.push({ text, isBad: hasFailed(attributes.outcome ?? "error") && !ECHO.test(text) });
      } else {
        isAborted ||= countOf(attributes.passedbutrunaborted) > 0;
        counted2 = countOf(attributes.failed) + countOf(attributes.error) + countOf(attributes.timeout) + countOf(attributes.aborted);
      }
    },
    leave: ({ name, attributes }) => {
      if (name !== "resultsummary") return;
      isRunBad = hasFailed(attributes.outcome);
      isAborted ||= IS_ABORTED.test(attributes.outcome ?? "");
    },
    end: () => {
      for (const { test, testId } of results) {
        const definition = definitions.get(testId);
        const file = definition?.file ?? "";
        report.add({ ...test, classname: definition?.classname ?? "", file, source: baseName(file) });
      }
      const failed = results.filter(({ test }) => isBad(test.result));
      const isBroken = failed.length === 0 && isRunBad;
      const isShown = (cleanup) => failed.some(({ test }) => test.message.startsWith(cleanup));
      const own = runFaults.filter(({ text, isBad: isBad2 }) => isBroken || isBad2 && !isShown(CLEANUP.exec(text)?.[1] ?? text)).map(({ text }) => text);
      if (moreFaults > 0) own.push(`and ${moreFaults} more`);
      if (isAborted) own.push("the run was aborted");
      if (isBroken || own.length > 0)
        report.add({
          classname: "",
          name: "Test run",
          result: "error",
          runTimeSeconds: 0,
          message: own.join("\n"),
          isOfTag: own.length === 0
        });
      if (!isBroken) report.compareFailures(counted2, failed.length + badParents);
    }
  };
}
var MAX_RUN_FAULTS = 500;
function isOfRun({ name, parent }) {
  return name === "runinfo" || parent?.name === "runinfos";
}
var IS_ABORTED = /^\s*(?:passedbutrun)?aborted\s*$/i;
var ECHO = /^\s*(?:\[xUnit\.net [^\]]*\].*\[FAIL\]\s*$|Exit code indicates failure: '2')/;
var CLEANUP = /^\s*\[xUnit\.net [^\]]*\]\s*(\[Test [\w ]*Cleanup Failure \(.*\)\])/;
function endingOf4(element) {
  const info = childrenOf(childrenOf(element, "output")[0], "errorinfo")[0];
  const message = joined(textOf2(info, "message"), textOf2(info, "stacktrace"));
  const word = element.attributes.outcome ?? "Failed";
  const isWarning = /^warning$/i.test(word.trim());
  return endingBy(isWarning ? "passed" : word, { field: "outcome", message, isDamaged: element.isDamaged });
}
function filesOf(element) {
  const files = childrenOf(childrenOf(element, "resultfiles")[0], "resultfile");
  return files.flatMap(({ attributes }) => attributes.path || []);
}
function secondsOfTime(time) {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:[.,]\d+)?)$/.exec(time.trim());
  if (!match) return 0;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number((part ?? "0").replace(",", ".")));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
function baseName(path) {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

// src/domain/tests/formats/xunit.ts
function xunitXml(report) {
  const shownIn = /* @__PURE__ */ new Map();
  const countShown = (element) => {
    const assembly = around(element, isAssembly);
    if (assembly) shownIn.set(assembly, (shownIn.get(assembly) ?? 0) + 1);
  };
  return {
    wants: ({ name, attributes, parent }) => (
      // In a suite of TestNG, which a line of a log may have put here, it holds tests.
      name === "test" && (parent?.name !== "suite" || "result" in attributes) || name === "error" && parent?.name === "errors" || name === "failure" && parent?.name === "class"
    ),
    take: (element) => {
      const { attributes } = element;
      const source = around(element, isAssembly)?.attributes.name;
      if (element.name === "test") {
        const ending = endingOf5(element);
        if (isBad(ending.result)) countShown(element);
        report.add({
          classname: attributes.type ?? "",
          name: attributes.name ?? "",
          ...ending,
          runTimeSeconds: secondsOf(attributes.time),
          file: attributes["source-file"],
          source,
          attachments: element.attachments
        });
        return;
      }
      const name = attributes.name || element.parent?.attributes.name || attributes.type || source || "assembly";
      const failure = element.name === "error" ? childrenOf(element, "failure")[0] : element;
      countShown(element);
      report.add({
        classname: name,
        name,
        result: "error",
        runTimeSeconds: 0,
        message: failure ? messageIn2(failure) : element.text.trim(),
        source
      });
    },
    leave: (element) => {
      if (!isAssembly(element)) return;
      report.compareFailures(
        countOf(element.attributes.failed) + countOf(element.attributes.errors),
        shownIn.get(element) ?? 0
      );
      shownIn.delete(element);
    },
    end: () => {
    }
  };
}
function isAssembly({ name }) {
  return name === "assembly";
}
function endingOf5(element) {
  const failure = childrenOf(element, "failure")[0];
  const reason = childrenOf(element, "reason")[0];
  const message = failure ? messageIn2(failure) : textOf2(reason, "message") || (reason?.text.trim() ?? "");
  const word = element.attributes.result ?? "";
  if (failure && outcomeOf(word) !== "error") return { result: "failure", message };
  return endingBy(word, { field: "result", message, isDamaged: element.isDamaged });
}
function messageIn2(failure) {
  const message = textOf2(failure, "message") || failure.text.trim() || (failure.attributes["exception-type"] ?? "");
  return joined(message, textOf2(failure, "stack-trace"));
}

// src/domain/tests/formats/roots.ts
var IN_JUNIT = wordTable({ testsuite: junitXml, testcase: junitXml });
var IN_TRX = {
  results: trxXml,
  resultsummary: trxXml,
  testdefinitions: trxXml,
  testsettings: trxXml,
  times: trxXml
};
var ROOTS = {
  testsuites: { format: junitXml, holds: IN_JUNIT, isOurs: isNotOfCheck },
  testsuite: { format: junitXml, holds: IN_JUNIT, isOurs: isNotOfCheck },
  // A TestRun is of TRX, of CppUnit, or of others; Eclipse writes JUnit in a testrun.
  testrun: { format: null, holds: wordTable({ ...IN_TRX, testsuite: junitXml, "test-suite": nunitXml }) },
  "test-run": { format: nunitXml, holds: wordTable({ "test-suite": nunitXml }) },
  "test-results": { format: nunitXml, holds: wordTable({ "test-suite": nunitXml }) },
  // NUnit's engine gives out a suite by itself, too; that of Allure says nowhere how it ended.
  "test-suite": {
    format: nunitXml,
    holds: wordTable({ "test-suite": nunitXml, "test-case": nunitXml, results: nunitXml }),
    isOurs: (attributes) => "result" in attributes
  },
  assemblies: { format: xunitXml, holds: wordTable({ assembly: xunitXml }) },
  assembly: {
    format: xunitXml,
    holds: wordTable({ class: xunitXml, collection: xunitXml, errors: xunitXml }),
    isOurs: (attributes) => "total" in attributes
  },
  "testng-results": { format: testngXml, holds: wordTable({ suite: testngXml }) }
};
var ENTRIES = Object.entries(ROOTS);
function formatOf(element, meant) {
  const { parent, name, attributes } = element;
  if (parent && isOutermost(parent)) {
    const isMeant = parent.parent === null ? meant : [];
    const held = ENTRIES.map(
      ([root, { format: format3, holds }]) => isMeant.includes(root) || format3 === null && parent.name === root ? holds.get(name) : void 0
    );
    const format2 = held.find((one) => one !== void 0);
    if (format2) return format2;
  }
  if (!isRoot(name) || !isOutermost(element)) return void 0;
  const { format, isOurs } = ROOTS[name];
  return format !== null && isOurs?.(attributes) !== false ? format : void 0;
}
function rootsNear({ name, attributes, isDamaged }) {
  if (isRoot(name)) return [];
  return ENTRIES.filter(([root, { isOurs }]) => {
    if (isOurs?.(attributes) === false) return false;
    if (isOneOff(name, root)) return name.replace(/[-_.]/g, "") !== root;
    return isDamaged && (name.startsWith(root) || root.startsWith(name));
  }).map(([root]) => root);
}
function isOutermost({ parent }) {
  return parent === null || parent.isDamaged && isOutermost(parent);
}
function isRoot(name) {
  return Object.hasOwn(ROOTS, name);
}
function isNotOfCheck({ xmlns = "" }) {
  return !xmlns.includes("check.sourceforge");
}

// src/domain/tests/formats/xml-report.ts
var TESTS = /* @__PURE__ */ new Set(["testcase", "test-case", ...TRX_RESULTS, "test", "test-method"]);
function isNearlyTest(name) {
  if (TESTS.has(name) || HOLDS_TESTS.has(name)) return false;
  return [...TESTS].some((test) => test.length > 4 && isNearly(name, test));
}
var HOLDS_TESTS = new Set(
  "testsuites testsuite testrun test-run test-results test-suite results assemblies assembly collection class errors".concat(" testng-results suite test resultsummary runinfos innerresults").split(" ")
);
var RUNNER_COUNT = /^\s*(suites|fail|cancelled|skipped|todo) (\d{1,9})\s*$/;
var LATE_ERROR = /^\s*Error: A resource generated asynchronous activity/;
var COMMENT_WITH_TESTS = new RegExp(
  `<!--|</?(?:[\\w-]+:)?(?:${[...TESTS, ...HOLDS_TESTS, "failure"].join("|")})[\\s/>]`,
  "i"
);
var MAX_DEPTH = 50;
var FAULTS = ["error", "failure"];
var FAULT_PIECE = new RegExp("(e?rror|f?ailure)(?!\\p{L})", "u");
var TAG_PIECE = /<|\/>|="/;
var MAX_CHILDREN = 1e3;
var MAX_TEXT_LENGTH = 2 * MAX_TEST_MESSAGE_LENGTH;
var ATTACHMENT = /\[\[ATTACHMENT\|([^\]\n]{1,1000})\]\]/g;
function readXmlReport(pieces, report) {
  const now = { format: null, open: null, last: null, meant: [] };
  const told = /* @__PURE__ */ new Map();
  let depth = 0;
  const wanted = [];
  const roots = [];
  const formats = /* @__PURE__ */ new Set();
  let odd = null;
  const takeLast = () => {
    const { last } = now;
    now.last = null;
    if (last) now.format?.take(last);
  };
  const closeFormat = () => {
    takeLast();
    now.format?.end();
    now.format = null;
  };
  const events = {
    open: (written, given, { position, isDamaged }) => {
      depth++;
      if (depth > MAX_DEPTH) throw new XmlProblem(`elements are nested more than ${MAX_DEPTH} deep`);
      if (roots.length === 0) roots.push({ name: written, position });
      const parent = now.open;
      const isOdd = [written, ...Object.keys(given)].some((name) => name.includes("�"));
      if (isOdd) odd ??= `${position}: a name of an element or attribute`;
      const element = {
        name: plainName(written),
        attributes: plainNames(shortened2(given)),
        parent,
        children: [],
        text: "",
        isDamaged: isDamaged || isOdd,
        attachments: []
      };
      if (parent && HOLDS_TESTS.has(parent.name) && isNearlyTest(element.name))
        odd ??= `${position}: an element ${written.slice(0, 100)}, perhaps a test`;
      now.open = element;
      if (now.format === null) {
        const format = formatOf(element, now.meant);
        now.format = format?.(report) ?? null;
        if (parent === null) now.meant = rootsNear(element);
        if (format) formats.add(format);
        else if (parent === null && now.meant.length > 0) {
          element.isDamaged = true;
          odd ??= `${position}: the root element is ${written.slice(0, 100)}`;
        }
      }
      if (TESTS.has(element.name)) takeLast();
      if (now.format?.wants(element)) wanted.push(element);
      else if (wanted.length > 0 && parent) {
        if (parent.children.length < MAX_CHILDREN) parent.children.push(element);
        else parent.isDamaged = true;
      }
    },
    text: (text) => {
      const element = wanted.at(-1);
      if (!element && now.open && HOLDS_TESTS.has(now.open.name) && TAG_PIECE.test(text)) {
        odd ??= `the text of ${now.open.name}: a piece of a tag, perhaps of a test that failed`;
        const [, piece] = FAULT_PIECE.exec(text) ?? [];
        if (piece) addFault(piece.endsWith("rror") ? "error" : "failure", text.trim());
      }
      if (!element || !now.open) return;
      if (now.open.text.length <= MAX_TEXT_LENGTH) now.open.text += text.slice(0, MAX_TEXT_LENGTH);
      if (text.includes("[[ATTACHMENT|"))
        for (const [, path = ""] of text.matchAll(ATTACHMENT)) element.attachments.push(path.trim());
    },
    close: (isImplied) => {
      const element = now.open;
      if (!element) return;
      depth--;
      now.open = element.parent;
      if (isImplied) element.isDamaged = true;
      if (wanted.at(-1) === element) {
        wanted.pop();
        if (TAG_PIECE.test(element.text)) element.isDamaged = true;
        if (TESTS.has(element.name)) {
          takeLast();
          now.last = element;
        } else now.format?.take(element);
      } else if (wanted.length === 0) {
        if (HOLDS_TESTS.has(element.name)) takeLast();
        now.format?.leave(element);
      } else if (element.isDamaged && element.parent) element.parent.isDamaged = true;
      if (now.open === null) closeFormat();
    },
    comment: (text) => {
      const [, what, count] = RUNNER_COUNT.exec(text) ?? [];
      if (what && count) told.set(what, (told.get(what) ?? 0) + Number(count));
      if (LATE_ERROR.test(text)) report.warn(`the runner says: ${clipped(text.trim(), 200)}`);
      if (COMMENT_WITH_TESTS.test(text)) odd ??= "a comment or instruction with tags of tests: its own end may be lost";
    },
    damage: () => {
      if (now.open) now.open.isDamaged = true;
      if (now.last && wanted.length === 0) now.last.isDamaged = true;
    }
  };
  const addFault = (name, message) => {
    events.open(name, message === "" ? {} : { message }, { position: "", isDamaged: true });
    events.close(true);
  };
  const reading = readXml(pieces, events);
  if (!reading.ok) return broken2(reading.problem);
  if (formats.size === 0) return broken2(problemOf2(roots[0]));
  if (reading.endsEarly !== null) {
    takeLast();
    const [fault] = wanted;
    if (fault && !TESTS.has(fault.name)) now.format?.take(fault);
    const cutName = plainName(reading.endsIn ?? "");
    const name = FAULTS.find((one) => cutName !== "" && (one.startsWith(cutName) || cutName.startsWith(one)));
    if (!fault && name && now.open && HOLDS_TESTS.has(now.open.name)) addFault(name, "");
    const cut = wanted[0]?.attributes.name;
    report.warn(`the report ends early, at ${reading.endsEarly}${cut ? `, in "${cut}"` : ""}: what is whole is kept`);
    for (let element = now.open; element; element = element.parent)
      if (wanted.every((one) => one !== element && !isIn(element, one))) now.format?.leave(element);
    const problem = problemIn(closeFormat);
    if (problem !== null) return broken2(`${reading.endsEarly}: ${problem}`);
  }
  report.compareRunner(told);
  const damage = reading.damage ?? odd;
  if (damage !== null) report.warn(`the report is damaged at ${damage}`);
  return { problem: null, isWhole: reading.endsEarly === null, isDamaged: damage !== null, formats };
}
function broken2(problem) {
  return { problem, isWhole: false, isDamaged: true, formats: /* @__PURE__ */ new Set() };
}
function problemIn(work) {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof XmlProblem) return error.message;
    throw error;
  }
}
function isIn(element, outer) {
  for (let one = element; one; one = one.parent) if (one === outer) return true;
  return false;
}
function problemOf2(root) {
  if (!root) return "1:1: neither XML nor JSON";
  return `${root.position}: the root element is ${root.name.slice(0, 100)}`;
}
function shortened2(attributes) {
  let isShort = true;
  for (const name in attributes) isShort &&= (attributes[name] ?? "").length <= MAX_TEXT_LENGTH;
  if (isShort) return attributes;
  const entries = Object.entries(attributes).map(([name, value]) => [name, value.slice(0, MAX_TEXT_LENGTH)]);
  return Object.assign(/* @__PURE__ */ Object.create(null), Object.fromEntries(entries));
}
function plainName(name) {
  return name.slice(name.indexOf(":") + 1).toLowerCase();
}
var IS_PLAIN = /^[^:A-Z]*$/;
function plainNames(attributes) {
  let isPlain = true;
  for (const name in attributes) isPlain &&= IS_PLAIN.test(name);
  if (isPlain) return attributes;
  const names = Object.keys(attributes);
  const plain = /* @__PURE__ */ Object.create(null);
  for (const name of names) plain[plainName(name)] ??= attributes[name] ?? "";
  for (const name of names) if (IS_PLAIN.test(name)) plain[name] = attributes[name] ?? "";
  return plain;
}

// src/domain/tests/formats/read-report.ts
function readTestReport(bytes, contentType) {
  const encoding = encodingOf(bytes, contentType);
  const first = firstCharacter(decodedPieces(bytes, encoding));
  if (first === "{" || first === "[") {
    const json = readJson([...decodedPieces(bytes, encoding)].join("").replace(PADDING, ""));
    if (json.ok) return json;
    const xml = readXml2(bytes, encoding);
    return xml.ok ? xml : json;
  }
  return readXml2(bytes, encoding);
}
function readXml2(bytes, encoding) {
  const warnings = encoding.unknown === null ? [] : [`the encoding "${encoding.unknown}" is not known: read as UTF-8`];
  const read = readDocument(withoutLog(decodedPieces(bytes, encoding)), warnings);
  if (read.isWhole) return read.reading;
  const text = withoutLogLines([...decodedPieces(bytes, encoding)].join(""));
  if (text === null) return read.reading;
  const other = readDocument(piecesOf(text), [
    ...warnings,
    "lines of a log, before or behind the report, have tags: left out"
  ]);
  return isBetter(other, read) ? other.reading : read.reading;
}
var PIECE_CHARACTERS = 262144;
function* piecesOf(text) {
  let at = 0;
  while (at < text.length) {
    const end = at + PIECE_CHARACTERS;
    const cut = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
    yield text.slice(at, cut);
    at = cut;
  }
}
function readDocument(pieces, warnings) {
  const report = openReport();
  for (const warning of warnings) report.warn(warning);
  const { problem, ...state } = readXmlReport(pieces, report);
  return {
    reading: problem === null ? { ok: true, report: report.close() } : refused2(problem),
    cases: report.cases(),
    ...state
  };
}
function isBetter(one, other) {
  if (!one.reading.ok) return false;
  const { tests } = one.reading.report;
  const known = other.reading.ok ? other.reading.report.tests : [];
  if (one.isWhole && !one.isDamaged && tests.length > 0) {
    const isOfOther = [...other.formats].some((format) => !one.formats.has(format));
    if (hasEach(tests, other.cases) && (!isOfOther || tests.length >= known.length)) return true;
  }
  const hasAll = known.every(({ name, classname, result }, i) => {
    const test = tests[i];
    return test?.name === name && test.classname === classname && test.result === result;
  });
  return hasAll && (one.isWhole || known.length === 0 && tests.length > 0);
}
function hasEach(tests, others) {
  const counts = /* @__PURE__ */ new Map();
  const keyOf2 = ({ name, result }) => `${result}
${name.replace(/ \(\d+\)$/, "")}`;
  for (const test of tests) counts.set(keyOf2(test), (counts.get(keyOf2(test)) ?? 0) + 1);
  return others.every((test) => {
    const left = (counts.get(keyOf2(test)) ?? 0) - 1;
    counts.set(keyOf2(test), left);
    return left >= 0;
  });
}
var PADDING = /^[\s\0-\x1f\ufeff\ufffd]+/;
var NO_PADDING = /[^\s\0-\x1f\ufeff\ufffd]/;
function firstCharacter(pieces) {
  for (const piece of pieces) {
    const first = NO_PADDING.exec(piece);
    if (first) return first[0];
  }
  return void 0;
}
function readJson(text) {
  const parsed = parsedJson(text);
  if ("problem" in parsed) return refused2(parsed.problem);
  const { value, warnings } = parsed;
  if (!isCtrf(value)) {
    if (warnings.length > 0) return refused2(`${endOf(text)}: the JSON ends early`);
    const own = parseTestResultsJson(value);
    if (own.ok) return { ok: true, report: { tests: own.results, warnings } };
    const [first] = own.problems;
    return { ...refused2(first ? `${first.path}: ${first.message}` : "not a test report"), problems: own.problems };
  }
  const report = openReport();
  for (const warning of warnings) report.warn(warning);
  const problem = readCtrf(value, report);
  return problem === null ? { ok: true, report: report.close() } : refused2(`1:1: ${problem}`);
}
var MAX_JSON = { values: 75e4, groups: 25e4 };
var TOO_MANY_VALUES = "a report in JSON has at most 750,000 values, 250,000 of them objects and lists";
var RAW_CONTROLS = /[\0-\x1f]/g;
function parsedJson(text) {
  const many = tooManyValues(text, MAX_JSON);
  if (many !== null) return { problem: `${lineAndColumn(text.slice(0, many + 1))}: ${TOO_MANY_VALUES}` };
  try {
    return { value: JSON.parse(text), warnings: [] };
  } catch (error) {
    const mended = text.replace(RAW_CONTROLS, (control) => /\s/.test(control) ? " " : "�");
    const value = parsedOrUndefined(mended);
    if (value !== void 0) return { value, warnings: [] };
    const whole = wholeTestsOf(mended);
    if (whole !== void 0)
      return { value: whole, warnings: [`the report ends early, at ${endOf(text)}: what is whole is kept`] };
    return { problem: `${positionOf(error, text)}: not valid JSON` };
  }
}
function parsedOrUndefined(text) {
  if (tooManyValues(text, MAX_JSON) !== null) return void 0;
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}
function wholeTestsOf(text) {
  const start2 = /"tests"\s*:\s*\[/.exec(text);
  if (!start2 || !text.includes('"results"')) return void 0;
  const from = start2.index + start2[0].length;
  const end = endOfWhole(text, from);
  if (end === null) return void 0;
  const tests = parsedOrUndefined(`[${text.slice(from, end)}]`);
  return Array.isArray(tests) ? { results: { tests } } : void 0;
}
function endOfWhole(text, from) {
  let end = from;
  let depth = 0;
  let isInText = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (isInText) {
      if (character === "\\") at++;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      depth--;
      if (depth < 0) return null;
      if (depth === 0) end = at + 1;
    }
  }
  return end;
}
function positionOf(error, text) {
  const at = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : void 0;
  return at === void 0 ? endOf(text) : lineAndColumn(text.slice(0, Number(at) + 1));
}
function endOf(text) {
  return lineAndColumn(text);
}
function lineAndColumn(before) {
  let line = 1;
  let start2 = 0;
  for (let end = before.indexOf("\n"); end >= 0; end = before.indexOf("\n", start2)) {
    line++;
    start2 = end + 1;
  }
  let column = before.length - start2;
  for (let at = start2 + 1; at < before.length; at++)
    if (isLow(before.charCodeAt(at)) && isHigh(before.charCodeAt(at - 1))) column--;
  return `${line}:${column}`;
}
function isHigh(code) {
  return code >= 55296 && code <= 56319;
}
function isLow(code) {
  return code >= 56320 && code <= 57343;
}
function refused2(problem) {
  return { ok: false, problem: clipped(problem, 300) };
}

// src/domain/tests/test-runs.ts
var LETTERS = {
  success: "P",
  flaky: "K",
  skipped: "S",
  failure: "F",
  error: "E",
  mixed: "M"
};
var OUTCOME_OF = new Map(Object.entries(LETTERS).map(([outcome, letter]) => [letter, outcome]));

// src/domain/tests/verdict.ts
var MAX_JUDGED = 1e3;

// src/domain/tests/quarantine.ts
var FIRST_CODE_OF_SHELL = 126;
var CLOCK_TICKS_MS = 20;
var MAX_NAMED = 5;
function failuresIn(reports) {
  return reports.flatMap(
    ({ reading }) => reading.ok ? reading.report.tests.filter(({ result }) => isBad(result)) : []
  );
}
function doubtsOf(end, reports) {
  const ending = doubtOfEnd(end);
  if (ending !== null) return [ending];
  const doubts = reports.flatMap((report) => doubtsOfReport(end, report));
  const count = failuresIn(reports).length;
  if (reports.length === 0) doubts.push("no test report was found");
  else if (count === 0 && doubts.length === 0) doubts.push("the command failed, and no report has a failed test");
  if (count > MAX_JUDGED) doubts.push(`more than ${MAX_JUDGED} tests failed`);
  return doubts;
}
function doubtOfEnd({ exitCode, isSignaled }) {
  if (isSignaled) return "a signal ended the command, or told it to end";
  const isOwn = exitCode > 0 && exitCode < FIRST_CODE_OF_SHELL;
  return isOwn ? null : `the exit code ${exitCode} does not say that tests failed`;
}
function doubtsOfReport({ startedAt }, { path, modifiedAt, reading }) {
  if (!reading.ok) return [`${path}: ${reading.problem}`];
  const { tests, warnings } = reading.report;
  const isOld = modifiedAt !== null && modifiedAt.getTime() < startedAt.getTime() - CLOCK_TICKS_MS;
  return [
    ...isOld ? [`${path} was written before the command began`] : [],
    ...tests.length === 0 ? [`${path} has no test`] : [],
    ...warnings.map((warning) => `${path}: ${warning}`)
  ];
}
function rulingOf(end, reports, judged, now) {
  const failures = failuresIn(reports);
  const isSame = judged.length === failures.length && failures.every((failure, at) => isThat(failure, judged[at]));
  const loud = judged.filter(({ mute }) => !(mute && mute.until > now.getTime()));
  const doubts = [
    ...doubtsOf(end, reports),
    ...isSame ? [] : ["the server judged other tests than those that failed"],
    ...loud.length === 0 ? [] : [`not muted: ${namesOf(loud)}`]
  ];
  return doubts.length === 0 ? { letsPass: true, failures: judged } : { letsPass: false, doubts };
}
function isThat({ classname, name }, judged) {
  return judged?.classname === classname && judged.name === name;
}
function namesOf(failures) {
  const named2 = failures.slice(0, MAX_NAMED).map(testTitle);
  return `${named2.join(", ")}${failures.length > MAX_NAMED ? ` and ${failures.length - MAX_NAMED} more` : ""}`;
}
function testTitle({ classname, name }) {
  return classname === "" ? name : `${classname} › ${name}`;
}

// cli/server/test-answers.ts
var TEST = { id: "count", classname: "text", name: "text", file: "text or null" };
var MUTE = { reason: "text", until: "time", muted_by: "text or null" };
var SINCE = { build_num: "count" };
var RATE = { rate: "number", failed: "count", runs: "count" };
var FAILURE = { outcome: "text", message: "text" };
var JUDGED = { classname: "text", name: "text" };
function failureOf(value) {
  const what = "a failed test";
  const { test, verdict, mute } = fieldsOf2(value, what);
  return {
    ...answerOf(value, FAILURE, what),
    test: testOf3(test),
    verdict: verdictOf2(verdict),
    mute: muteOf(mute)
  };
}
function judgedOf(value) {
  const what = "a judged test";
  const mute = muteOf(fieldsOf2(value, what).mute);
  return {
    ...answerOf(value, JUDGED, what),
    mute: mute && { reason: mute.reason, until: Date.parse(mute.until), mutedBy: mute.muted_by }
  };
}
function mutedOf(value) {
  const { test, mute } = fieldsOf2(value, "a muted test");
  return { test: testOf3(test), mute: answerOf(mute, MUTE, "a mute") };
}
function testOf3(value) {
  return answerOf(value, TEST, "a test");
}
function entriesOf(answer, name, read) {
  const entries = fieldsOf2(answer, `a list of ${name}`)[name];
  if (!Array.isArray(entries)) throw noAnswerWith(`a list of ${name}`);
  return entries.map(read);
}
function nextAfterOf(answer) {
  const next = fieldsOf2(answer, "a list").next_after ?? null;
  if (next === null) return null;
  if (typeof next === "string" || typeof next === "number") return String(next);
  throw noAnswerWith("the next page of a list");
}
function muteOf(value) {
  return value === null ? null : answerOf(value, MUTE, "a mute");
}
function verdictOf2(value) {
  const what = "a verdict";
  const { verdict } = answerOf(value, { verdict: "text" }, what);
  if (verdict === "new" || verdict === "unknown") return { verdict };
  if (verdict === "flaky") return { verdict, ...answerOf(value, RATE, what) };
  if (verdict !== "also_red") throw noAnswerWith(what);
  return { verdict, since: answerOf(fieldsOf2(value, what).since, SINCE, what) };
}
function fieldsOf2(value, what) {
  if (!isObject(value)) throw noAnswerWith(what);
  return value;
}

// cli/verbs/quarantine.ts
async function ruleOn(end, asked) {
  try {
    const ending = doubtOfEnd(end);
    if (ending !== null) return { letsPass: false, doubts: [ending] };
    if (asked.globs.length === 0) return { letsPass: false, doubts: ["--tests does not say where the reports are"] };
    const reports = await readReports(asked.globs);
    asked.onRead();
    const doubts = doubtsOf(end, reports);
    if (doubts.length > 0) return { letsPass: false, doubts };
    return rulingOf(end, reports, await judge(asked, reports), /* @__PURE__ */ new Date());
  } catch (error) {
    return { letsPass: false, doubts: [wordsOf2(error)] };
  }
}
var MOST_TOLD = 20;
function tellRuling(ruling, exitCode, output) {
  if (!ruling.letsPass) {
    for (const doubt of ruling.doubts.slice(0, MOST_TOLD)) output.warn(`quarantine let nothing pass: ${doubt}`);
    if (ruling.doubts.length > MOST_TOLD) output.warn(`and ${ruling.doubts.length - MOST_TOLD} more doubts`);
    return;
  }
  const count = ruling.failures.length;
  output.warn(
    `quarantine let ${count === 1 ? "1 failed test" : `${count} failed tests`} pass; the command ended with ${exitCode}`
  );
  for (const { mute, ...test } of ruling.failures)
    if (mute) output.warn(`let pass ${testTitle(test)}: ${muteText(mute.until, mute.mutedBy, mute.reason)}`);
}
function muteText(until, mutedBy, reason) {
  const day = new Date(until).toISOString().slice(0, 10);
  return `muted until ${day}${mutedBy === null ? "" : ` by ${mutedBy}`}: ${reason}`;
}
async function readReports(globs) {
  const { files, leftOut, problems } = await findFiles(globs, { root: ".", prefix: "" });
  const unread = (path, problem) => ({
    path,
    modifiedAt: null,
    reading: { ok: false, problem }
  });
  const found = [];
  for (const { file, path, sizeBytes, modifiedMs } of files) {
    if (sizeBytes > MAX_TEST_REPORT_BYTES) {
      found.push(unread(path, `it has more than ${sizeText(MAX_TEST_REPORT_BYTES)}`));
      continue;
    }
    const bytes = await readFile3(file).catch((error) => wordsOf2(systemFailure(error, path)));
    found.push(
      typeof bytes === "string" ? unread(path, bytes) : { path, modifiedAt: new Date(modifiedMs), reading: readTestReport(bytes, null) }
    );
  }
  return [
    ...found,
    ...leftOut.map(({ path, reason }) => unread(path, reason)),
    ...problems.map(({ message }) => unread("--tests", message))
  ];
}
async function judge({ server, limitMs, tooLong }, reports) {
  const patience = openAbort();
  const timer = setTimeout(() => patience.abort(tooLong(limitMs / 1e3)), limitMs);
  const giveUp = () => patience.abort(server.signal.reason);
  server.signal.addEventListener("abort", giveUp, { once: true });
  if (server.signal.aborted) giveUp();
  try {
    const answer = await askJson(
      { ...server, signal: patience.signal },
      {
        method: "POST",
        path: `${projectPath(server)}/tests/judge`,
        json: {
          tests: failuresIn(reports).map(({ classname, name, file, result }) => ({
            classname,
            name,
            ...file === null ? {} : { file },
            outcome: result === "error" ? "error" : "failed"
          }))
        }
      }
    );
    return entriesOf(answer, "failures", judgedOf);
  } finally {
    clearTimeout(timer);
    server.signal.removeEventListener("abort", giveUp);
  }
}
function wordsOf2(error) {
  return error instanceof Error ? error.message : String(error);
}

// cli/verbs/run.ts
var START_RETRY_MS = 3e4;
function addRun(program3) {
  withAccompaniment(
    withJob(withServer(program3.command("run").description("run a command, and report it as this job’s build"), false)).argument("<command...>", "the command and its arguments, after --").option("--artifacts <glob...>", "files to upload when it has ended, unless it was canceled").option("--tests <glob...>", "test reports to send when it has ended, unless it was canceled").option(
      "--quarantine",
      "end with 0 when all that failed, by the reports of --tests, is muted; says what it let pass"
    )
  ).passThroughOptions().action(run);
}
function run(command, options2) {
  let ruling = { letsPass: false, doubts: ["the server was not asked"] };
  const isAsked = ({ code }) => options2.quarantine === true && code !== 0;
  return accompany(command, options2, {
    stepName: stepName(command),
    isStep: false,
    async begin({ server, job, startedAt, step }) {
      const build = await start(server, job, startedAt);
      await step?.begin(server, build.build_num);
    },
    beCanceled: ({ server, job, startedAt }) => reportCanceled(server, job, startedAt),
    async judge(context, limitMs) {
      if (isAsked(context.ended)) ruling = await rule(context, options2, limitMs);
    },
    finish: (context) => finish(context, ruling.letsPass ? "success" : statusOf2(context.ended), command, options2),
    exitCode(ended, output) {
      if (isAsked(ended)) tellRuling(ruling, ended.code, output);
      return ruling.letsPass ? EXIT.ok : ended.code;
    }
  });
}
function start(server, job, startedAt) {
  const patient = { ...server, retryMs: Math.min(server.retryMs, START_RETRY_MS) };
  return reportJob(patient, job, { status: "running", start_time: startedAt.toISOString() });
}
function reportCanceled(server, job, startedAt) {
  const times = { start_time: startedAt.toISOString(), stop_time: (/* @__PURE__ */ new Date()).toISOString() };
  return reportJob({ ...server, retryMs: CANCELED_MS }, job, { status: "canceled", ...times });
}
function rule({ server, ended, onMoved }, { tests = [] }, limitMs) {
  const isSignaled = ended.signal !== null || ended.stoppedBy !== null;
  const end = { exitCode: ended.code, isSignaled, startedAt: ended.startedAt };
  return ruleOn(end, { server, globs: tests, onRead: onMoved, limitMs, tooLong: noAnswer });
}
async function finish(context, status, command, { artifacts, tests, strict }) {
  const { server, job, problems, output, onMoved } = context;
  const build = await attempt(problems, () => reportEnd(context, status, command));
  if (!build) return;
  if (status !== "canceled") onMoved();
  const { step } = context;
  if (step && step.isKept() !== false)
    await attempt(problems, async () => {
      if (!await finishStep(step, build.build_num, context))
        await updateBuild(server, build.build_num, { status, steps: [stepOf(command, context.ended)] });
    });
  if (status === "canceled") return;
  if (tests)
    await attempt(problems, async () => {
      problems.push(...failuresOf(await uploadTests(server, build.build_num, tests, { output, onMoved }), strict));
    });
  if (artifacts) {
    const { nodeIndex } = job.build;
    const how = { overwrite: false, parallel: 4, isPacked: true, onMoved };
    await attempt(problems, async () => {
      const found = await findFiles(artifacts, { root: ".", prefix: "" });
      problems.push(
        ...failuresOf(await uploadAll(server, found, { num: build.build_num, nodeIndex, ...how }, output), strict)
      );
    });
  }
}
function reportEnd({ server, job, ended, step }, status, command) {
  const isAlone = step !== null && step.isKept() !== false;
  return reportJob(server, job, {
    status,
    start_time: ended.startedAt.toISOString(),
    stop_time: ended.stoppedAt.toISOString(),
    ...isAlone ? {} : { steps: [stepOf(command, ended)] }
  });
}
function stepName([program3 = ""]) {
  return lineFor(basename4(program3), 1e3) ?? "command";
}
function stepOf(command, ended) {
  const { code, startedAt, stoppedAt } = ended;
  const name = stepName(command);
  const action = {
    name,
    type: "test",
    status: statusOf2(ended),
    start_time: startedAt.toISOString(),
    end_time: stoppedAt.toISOString(),
    run_time_millis: stoppedAt.getTime() - startedAt.getTime(),
    exit_code: code
  };
  return { name, actions: [action] };
}

// src/domain/access/share.ts
var MAX_SHARE_DAYS = 90;
var MAX_SHARE_USES = 1e6;
function shareEndProblem(expiresAt, now) {
  if (expiresAt <= now) return "must be in the future";
  return expiresAt <= now + MAX_SHARE_DAYS * DAY_MS + 6e4 ? null : `must be at most ${MAX_SHARE_DAYS} days from now`;
}

// cli/terminal/show-secret.ts
function requireReader(what) {
  if (isNowhere("stdout"))
    throw usageError(`Standard output leads nowhere: the ${what} would be lost.`, "Send it to a file or a pipe.");
}
function showSecret(output, secret, { made, what, json, undo }) {
  try {
    output.secret(secret, json);
  } catch (cause) {
    throw new CliError("failed", `${made} was made, but its ${what} could not be shown (${wordsOf3(cause)}).`, {
      hint: `Delete it with \`${undo}\`, and make another.`,
      cause
    });
  }
}
function wordsOf3(error) {
  return error instanceof Error ? error.message : String(error);
}

// cli/verbs/end-time.ts
var UNIT_SECONDS = wordTable({ s: 1, m: 60, h: 3600, d: 86400 });
var LAST_TIME = Date.UTC(9999, 11, 31);
function secondsIn(text) {
  const [, count, unit = "s"] = /^(\d{1,8})([smhd])?$/.exec(text) ?? [];
  return count === void 0 ? null : Number(count) * (UNIT_SECONDS.get(unit) ?? 1);
}
function parseEndTime(text) {
  const seconds = /[smhd]$/.test(text) ? secondsIn(text) : null;
  const at = seconds === null ? parseDay(text) ?? parseTime(text) : Date.now() + seconds * 1e3;
  return at !== null && at <= LAST_TIME ? new Date(at) : null;
}

// cli/verbs/share.ts
var MADE = { id: "text", path: "text", expires_at: "time", link: "address" };
var LISTED = {
  id: "text",
  path: "text",
  expires_at: "time",
  uses: "count",
  state: "text",
  label: "text or null"
};
function addShare(program3) {
  const share = program3.command("share").enablePositionalOptions();
  withServer(share.description("make a link that opens one file or report for people without an account")).argument("<path>", "path of the file, report or pack; of one called list or end, ./list or ./end", filledOption).option("--build <n>", "of this build, and no other", countOption(1, 999999999)).option("--latest", "of the newest build that has it, whenever the link is opened").option("--branch <name>", "of the newest: on this branch; else the project’s default branch", filledOption).option("--node-index <n>", "made by this node", countOption(0, 9999), 0).option("--report", "the path is a report’s folder, or a file: the link shows it in the browser").option("--pack", "the path is a pack’s name: the link downloads its zip").option("--expires <when>", `7d, 12h or 2027-01-31; at most ${MAX_SHARE_DAYS} days, else 7`, parseExpiry).option("--uses <n>", "how often at most", countOption(1, MAX_SHARE_USES)).option("--show-name", "show its name on the link’s page, also to chat programs").option("--label <text>", "what it is for", filledOption).action(
    (path, options2) => runVerb(options2, async ({ server, output }) => {
      const { expires, uses, showName, label, nodeIndex } = options2;
      const of = ofBuild(options2);
      requireReader("link");
      const answer = await askJson(server, {
        method: "POST",
        path: sharesPath(server),
        json: {
          [thingOf(options2)]: path.replace(/^\.\//, ""),
          node_index: nodeIndex,
          ...of,
          ...expires ? { expires_at: expires.toISOString() } : {},
          ...uses === void 0 ? {} : { max_uses: uses },
          ...showName ? { show_name: true } : {},
          ...label === void 0 ? {} : { label }
        },
        isIdempotent: false
      });
      const made = answerOf(answer, MADE, "a share link");
      output.note(`made share link ${made.id} to ${made.path}, ${endOf2(made)}; it is not shown again:`);
      const undo = `buildpass share end ${made.id}`;
      showSecret(output, made.link, { made: `share link ${made.id}`, what: "address", json: answer, undo });
      return void 0;
    })
  );
  withServer(
    share.command("list").description("list share links, and how often each was used; never the links")
  ).action(
    (options2) => runVerb(options2, async ({ server, output }) => {
      const items = await listAll(server);
      const rows = listOf(items, LISTED, "a list of share links").map((row) => [
        row.id,
        row.path,
        row.state === "open" ? endOf2(row) : row.state.replace("_", " "),
        row.uses === 1 ? "1 use" : `${row.uses} uses`,
        row.label ?? ""
      ]);
      output.result(rows.length > 0 ? tableText(rows) : "no share links", items);
      return void 0;
    })
  );
  withServer(share.command("end").description("end a share link; it opens nothing from then on")).argument("<id>", "id of the share link, as listed", idArgument).action(
    (id, options2) => runVerb(options2, async ({ server, output }) => {
      const answer = await askJson(server, { method: "DELETE", path: `${sharesPath(server)}/${id}` });
      answerOf(answer, { message: "text" }, "a word that it is ended");
      output.result(`ended share link ${id}`, answer);
      return void 0;
    })
  );
}
function sharesPath(server) {
  return `${projectPath(server)}/shares`;
}
function thingOf({ pack, report }) {
  if (pack && report) throw usageError("--pack and --report name two things, and a link opens one: say one.");
  if (pack) return "pack";
  return report ? "report" : "path";
}
function ofBuild({ build, latest, branch }) {
  const isLatest = latest === true || branch !== void 0;
  if (build !== void 0 && isLatest) throw usageError("--build names one build, and --latest the newest: say one.");
  if (build !== void 0) return { build };
  if (isLatest) return { latest: branch === void 0 ? {} : { branch } };
  throw usageError("Which build?", "Say --build 42, or --latest for the newest, whenever the link is opened.");
}
async function listAll(server) {
  const items = [];
  let after = null;
  do {
    const query = typeof after === "string" ? `?${new URLSearchParams({ after })}` : "";
    const page = await askJson(server, { method: "GET", path: `${sharesPath(server)}${query}` });
    const { items: some, next_after } = isObject(page) ? page : {};
    items.push(...listOf(some, LISTED, "a list of share links"));
    after = Array.isArray(some) && some.length > 0 ? next_after : null;
  } while (typeof after === "string");
  return items;
}
function endOf2({ expires_at }) {
  return `until ${expires_at.slice(0, 16).replace("T", " ")} UTC`;
}
function parseExpiry(text) {
  const expiry = parseEndTime(text);
  const problem = expiry ? shareEndProblem(expiry.getTime(), Date.now()) : "must be like 7d, 12h or 2027-01-31";
  if (expiry && problem === null) return expiry;
  throw new InvalidArgumentError(`It ${problem}.`);
}
function idArgument(text) {
  if (/bps_/.test(text))
    throw new InvalidArgumentError("Give the id, as `buildpass share list` shows it, not the link.");
  if (text !== "" && !isId(text))
    throw new InvalidArgumentError("That is no id of a share link: `buildpass share list` shows them.");
  return filledOption(text);
}

// cli/verbs/status.ts
var BUILD = { build_num: "count", status: "text", build_url: "text", queued_at: "text or null" };
var WORKFLOW = { job_name: "text", workflow_name: "text" };
function addStatus(program3) {
  withServer(program3.command("status").description("show the status of a branch, and its newest builds")).option("--branch <name>", "else the project’s default branch", filledOption).option("--limit <n>", "how many builds", countOption(1, 100), 10).option("--exit-status", `end with ${EXIT.not_green} unless the branch's newest result is a success`).action(
    (options2) => runVerb(options2, async ({ server, output }) => {
      const slug = requireSlug(server.slug);
      const branch = options2.branch ?? await defaultBranchOf();
      const encoded = encodeURIComponent(branch);
      const [badge, list] = await Promise.all([
        askJson(server, { method: "GET", path: `/${slug}/tree/${encoded}.json` }),
        askJson(server, { method: "GET", path: `/api/v1.1/project/${slug}/tree/${encoded}?limit=${options2.limit}` })
      ]);
      const { message: status } = answerOf(badge, { message: "text" }, "a status");
      const builds = listOf(list, BUILD, "a list of builds").map((build) => {
        const { workflows } = build;
        return { ...build, workflow: answerOf(workflows, WORKFLOW, "a list of builds") };
      });
      output.result([`${slug} ${branch}: ${status}`, ...tableText(builds.map(rowOf))], {
        project: slug,
        branch,
        status,
        builds: list
      });
      return options2.exitStatus && status !== "passing" ? EXIT.not_green : EXIT.ok;
      async function defaultBranchOf() {
        const project = await askJson(server, { method: "GET", path: projectPath(server) });
        return answerOf(project, { default_branch: "text" }, "a project").default_branch;
      }
    })
  );
}
function rowOf({ build_num, status, workflow, queued_at, build_url }) {
  return [`  ${build_num}`, status, `${workflow.workflow_name} / ${workflow.job_name}`, ageOf(queued_at), build_url];
}
function ageOf(time) {
  if (time === null) return "";
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 6e4));
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}

// cli/verbs/step.ts
function addStep(program3) {
  withAccompaniment(
    withJob(
      withServer(
        program3.command("step").description("run a command as a step of the build that this job has, with its log"),
        false
      )
    ).argument("<name>", "what the step is called", filledOption).argument("<command...>", "the command and its arguments, after --")
  ).action(runStep);
}
function runStep(name, command, options2) {
  let num = null;
  return accompany(command, options2, {
    stepName: lineFor(name, 1e3) ?? "step",
    isStep: true,
    async begin({ server, job, step }) {
      num = (await reportJob(server, job, { status: "running" })).build_num;
      await step?.begin(server, num);
    },
    beCanceled: async () => {
    },
    // Whether the whole job is canceled is for `report finish` to say.
    async finish(context) {
      const { server, job, step, problems } = context;
      await attempt(problems, async () => {
        num ??= (await reportJob(server, job, { status: "running" })).build_num;
        if (step && !await finishStep(step, num, context)) throw tooOld();
      });
    }
  });
}
function tooOld() {
  return new CliError("failed", "The server keeps no steps by themselves: it is older than this buildpass.");
}

// cli/verbs/tests.ts
var MOST_FAILURES_A_PAGE = 200;
var MOST_TESTS_A_PAGE = 100;
var MOST_SEARCHED = 2e3;
var NEWEST_LOOKED_AT = 20;
function addTests(program3) {
  const tests = program3.command("tests").enablePositionalOptions();
  withServer(tests.description("show the failed tests of a build, and which of them are new; mute tests")).option("--build <n>", "number of the build; else the newest with tests on the branch", countOption(1, 999999999)).option("--branch <name>", "else BUILDPASS_BRANCH, the CI’s, or that of Git", filledOption).option("--failed", "print the failed tests alone").option("--limit <n>", "how many failed tests", countOption(1, 1e3), 100).action(
    (options2) => runVerb(options2, async ({ server, job, output }) => {
      const found = options2.build ?? await findBuildWithTests(server, job, output);
      const judged = await listFailures(server, found, options2.limit);
      output.result(options2.failed ? judged.failures.flatMap(linesOf2) : pageOf(server, judged), judged.json);
      if (judged.isCut)
        output.warn(`there are more: only ${judged.failures.length} failed tests are listed (--limit)`);
      return void 0;
    })
  );
  withServer(tests.command("mute").description("let a test fail until a day, for `run --quarantine`")).argument("<test>", "id of the test, as listed, or its name", filledOption).requiredOption("--reason <text>", "why", filledOption).requiredOption("--until <when>", "14d, 12h or 2027-01-31 (its beginning, in UTC); at most 90 days", parseUntil).action(
    (named2, options2) => runVerb(options2, async ({ server, output }) => {
      const { reason, until } = options2;
      const id = /^\d{1,15}$/.test(named2) ? Number(named2) : (await findTest(server, named2)).id;
      const answer = await askJson(server, {
        method: "PUT",
        path: `${projectPath(server)}/tests/${id}/mute`,
        json: { reason, until: until.toISOString() }
      });
      const { test, mute } = mutedOf(answer);
      output.result(`${testTitle(test)} is ${muteLine(mute)}`, answer);
      return void 0;
    })
  );
  withServer(tests.command("unmute").description("let the failures of a test count again")).argument("<test>", "id of the test, as listed, or its name", filledOption).action(
    (named2, options2) => runVerb(options2, async ({ server, output }) => {
      const all = entriesOf(await askJson(server, mutedPath(server)), "muted", mutedOf).map(({ test: test2 }) => test2);
      const test = chooseTest(all, named2, "muted test");
      const path = `${projectPath(server)}/tests/${test.id}/mute`;
      answerOf(await askJson(server, { method: "DELETE", path }), { message: "text" }, "a word that it is unmuted");
      output.result(`${testTitle(test)} is no longer muted`, { test, mute: null });
      return void 0;
    })
  );
  withServer(tests.command("muted").description("list the muted tests: until when, by whom and why")).action(
    (options2) => runVerb(options2, async ({ server, output }) => {
      const answer = await askJson(server, mutedPath(server));
      const rows = entriesOf(answer, "muted", mutedOf).map(({ test, mute }) => [
        `${test.id}`,
        testTitle(test),
        muteLine(mute)
      ]);
      output.result(rows.length > 0 ? tableText(rows) : "no muted tests", answer);
      return void 0;
    })
  );
}
function mutedPath(server) {
  return { method: "GET", path: `${projectPath(server)}/tests/muted` };
}
async function listFailures(server, num, limit) {
  const failures = [];
  let after = null;
  let first = null;
  do {
    const query = new URLSearchParams({
      limit: `${Math.min(MOST_FAILURES_A_PAGE, limit - failures.length)}`,
      ...after && { after }
    });
    const page = await askJson(server, {
      method: "GET",
      path: `${projectPath(server)}/builds/${num}/tests/failures?${query}`
    });
    first ??= page;
    const entries = entriesOf(page, "failures", (entry) => entry);
    failures.push(...entries);
    after = entries.length > 0 ? nextAfterOf(page) : null;
  } while (after !== null && failures.length < limit);
  const { build_num, summary, warnings } = answerOf(
    first,
    { build_num: "count", summary: "text", warnings: "texts" },
    "the failed tests of a build"
  );
  if (!isObject(first)) throw noAnswerWith("the failed tests of a build");
  return {
    num: build_num,
    counts: countsOf(first.tests),
    summary,
    warnings,
    failures: failures.map(failureOf),
    isCut: after !== null,
    json: { ...first, failures, next_after: after }
  };
}
function countsOf(tests) {
  const counts = answerOf(
    tests,
    { passed: "count", failed: "count", errors: "count", skipped: "count", flaky: "count" },
    "a count of test results"
  );
  return { ...counts, tests: counts.passed + counts.failed + counts.errors + counts.skipped };
}
async function findBuildWithTests(server, { branch }, output) {
  if (branch === null) throw usageError("Which build?", "Say --build 42, or --branch main.");
  const list = await askJson(server, {
    method: "GET",
    path: `/api/v1.1/project/${requireSlug(server.slug)}/tree/${encodeURIComponent(branch)}?limit=${NEWEST_LOOKED_AT}`
  });
  for (const { build_num, status } of listOf(list, { build_num: "count", status: "text" }, "a list of builds")) {
    const { counts } = await listFailures(server, build_num, 1);
    if (counts.tests > 0) return build_num;
    output.warn(`build ${build_num} (${status}) has no test results`);
  }
  throw new CliError("not_found", `None of the newest builds of ${branch} has test results.`, {
    hint: "Choose another with --branch or --build."
  });
}
function pageOf(server, { num, counts, summary, warnings, failures }) {
  return [
    ...failures.flatMap(linesOf2),
    `build ${num} of ${server.slug}: ${countsText(counts)}`,
    ...summary === "" ? [] : [summary],
    ...warnings.map((warning) => `warning: ${warning}`)
  ];
}
var MESSAGE_LENGTH = 200;
function linesOf2({ test, verdict, mute, message }) {
  const first = message.split("\n").find((line) => line.trim() !== "") ?? "";
  return [
    `${test.id}  ${verdictText(verdict)}  ${testTitle(test)}`,
    ...mute ? [`    ${muteLine(mute)}`] : [],
    ...first === "" ? [] : [`    ${clipped(first.trim(), MESSAGE_LENGTH)}`]
  ];
}
function verdictText(verdict) {
  switch (verdict.verdict) {
    case "new":
      return "new";
    case "unknown":
      return "unknown";
    case "also_red":
      return `also red since build ${verdict.since.build_num}`;
    case "flaky":
      return `flaky (${verdict.failed} of ${verdict.runs} runs failed)`;
  }
}
function muteLine({ until, muted_by, reason }) {
  return muteText(Date.parse(until), muted_by, reason);
}
async function findTest(server, name) {
  const found = [];
  let after = null;
  do {
    const query = new URLSearchParams({
      search: name.split(" › ").at(-1) || name,
      limit: `${MOST_TESTS_A_PAGE}`,
      ...after && { after }
    });
    const page = await askJson(server, { method: "GET", path: `${projectPath(server)}/tests?${query}` });
    const entries = entriesOf(page, "tests", testOf3);
    found.push(...entries);
    after = entries.length > 0 ? nextAfterOf(page) : null;
  } while (after !== null && found.length < MOST_SEARCHED);
  if (after !== null)
    throw new CliError("failed", `More than ${MOST_SEARCHED} tests have "${name}" in them.`, {
      hint: "Say the id of the test, as `buildpass tests` lists it."
    });
  return chooseTest(found, name, "test");
}
var MOST_LISTED = 10;
function chooseTest(tests, named2, what) {
  const byId = tests.filter(({ id }) => `${id}` === named2);
  const byTitle = tests.filter((test) => test.name === named2 || testTitle(test) === named2);
  const chosen = byId.length > 0 ? byId : byTitle;
  const [only, ...others] = chosen;
  if (only && others.length === 0) return only;
  const near = chosen.length > 0 ? chosen : tests.filter((test) => testTitle(test).includes(named2));
  const listed = near.slice(0, MOST_LISTED).map((test) => `${test.id} (${testTitle(test)})`);
  const more = near.length > MOST_LISTED ? ` and ${near.length - MOST_LISTED} more` : "";
  const hint = listed.length > 0 ? `Say the id: ${listed.join(", ")}${more}.` : null;
  if (only) throw new CliError("failed", `${chosen.length} tests are called "${named2}".`, { hint });
  throw new CliError("not_found", `No ${what} has the id or name "${named2}".`, { hint });
}
function parseUntil(text) {
  const until = parseEndTime(text);
  if (until === null) throw new InvalidArgumentError("It must be like 14d, 12h or 2027-01-31.");
  if (until.getTime() <= Date.now()) throw new InvalidArgumentError("It must be in the future.");
  return until;
}

// src/domain/access/token.ts
var MAX_OVERLAP_SECONDS = 30 * 24 * 3600;
var DEFAULT_OVERLAP_SECONDS = 24 * 3600;

// src/domain/organization.ts
function organizationSlugOf({ vcs, org }) {
  return `${vcs}/${org}`;
}
function parseOrganization(text) {
  const [vcs = "", org = "", ...more] = text.split("/");
  const slug = more.length === 0 ? parseSlugParts(vcs, org, "any") : null;
  return slug && { vcs: slug.vcs, org: slug.org };
}

// cli/verbs/token.ts
var MADE2 = { id: "text", label: "text", expires_at: "text or null", token: "text" };
var LISTED2 = {
  id: "text",
  label: "text",
  prefix: "text",
  last_four: "text",
  expires_at: "text or null",
  last_used_at: "text or null"
};
var MOST_LISTED2 = 1e3;
function addToken(program3) {
  const token = program3.command("token").description("make, list, rotate and delete API tokens");
  const verb = (name, description) => withServer(token.command(name).description(description)).option("--personal", "your own tokens, instead of those of a project").option("--organization <slug>", "your tokens for all you administer of gh/acme, instead", parseOrg);
  verb("create", "make a token; its secret is printed once, alone on stdout").requiredOption("--label <text>", "what it is for", filledOption).addOption(new Option("--scope <scope>", "what a project token opens").choices(["status", "view-builds", "all"])).option("--expires <when>", "90d, 12h, 2027-01-31, or never; tokens of yours else live for a year", parseExpiry2).addOption(new Option("--access <level>", "limits a personal token").choices(["read", "write", "admin"])).option("--reach <slug>", "limits a personal token to a project; may be repeated", addNamed).addOption(new Option("--only <what>", "limits a token of scope status: for a public README").choices(["badges"])).option("--branch <pattern>", "limits a project token to main or release/*; may be repeated", addNamed).option("--path <pattern>", "limits a project token to the artifacts dist/** or *.xml; may be repeated", addNamed).option("--cidr <network>", "limits a token to 10.0.0.0/8 or 2001:db8::/32; may be repeated", addNamed).option("--not-before <day>", "the token works from then on: 2027-01-31 (0:00 UTC), or 12h from now", parseBegin).action(
    (options2) => runVerb(options2, async ({ server, output }) => {
      const { label, personal, organization, scope, access, only } = options2;
      if (personal && organization) throw usageError("--personal, --organization: only one of them.");
      if (!personal && !scope)
        throw usageError("Which scope?", "Say --scope status, view-builds or all; or --personal.");
      if (personal && scope) throw usageError("--scope: a personal token has none, it opens what you can reach.");
      if (access && !personal) throw usageError("--access: only a personal token has it; a project token only reads.");
      if (options2.reach && !personal)
        throw usageError("--reach: only a personal token has it; a project token has its one project.");
      if ((options2.branch || options2.path) && personal)
        throw usageError("--branch, --path: only a project token has them.");
      if (options2.path && scope === "status") throw usageError("--path: wants --scope view-builds or all.");
      if (only && scope !== "status") throw usageError("--only badges: wants --scope status.");
      const limits = limitsOf(options2);
      const expires = options2.expires ?? (personal || organization ? inDays(365) : "never");
      requireReader("token’s secret");
      const answer = await askJson(server, {
        method: "POST",
        path: pathOf(server, options2),
        json: {
          ...{ label, ...scope ? { scope } : {} },
          expires_at: expires === "never" ? null : expires.toISOString(),
          ...limits ? { limits } : {}
        },
        isIdempotent: false
      });
      const made = answerOf(answer, MADE2, "a token");
      output.note(`made token ${made.id} (${made.label}), ${expiryOf(made)}; the secret is not shown again:`);
      show(output, made, options2);
      return void 0;
    })
  );
  verb("list", "list tokens; never their secrets").action(
    (options2) => runVerb(options2, async ({ server, output }) => {
      const tokens = await askJson(server, { method: "GET", path: pathOf(server, options2) });
      const rows = listOf(tokens, LISTED2, "a list of tokens").map((row) => [
        row.id,
        kindOf2(row),
        `${row.prefix}…${row.last_four}`,
        expiryOf(row),
        row.last_used_at ? `last used ${row.last_used_at.slice(0, 10)}` : "never used",
        row.label
      ]);
      output.result(rows.length > 0 ? tableText(rows) : "no tokens", tokens);
      if (rows.length >= MOST_LISTED2) output.warn(`there may be more: only the oldest ${MOST_LISTED2} are listed`);
      return void 0;
    })
  );
  verb("rotate", "make a token’s successor; the old one goes on for a while").argument("<id>", "id of the token, as listed", idArgument2).option("--overlap <time>", "how long the old one goes on: 0, 30m, 24h, 7d (at most 30d)", parseOverlap).action(
    (id, options2) => runVerb(options2, async ({ server, output }) => {
      requireReader("token’s secret");
      const answer = await askJson(server, {
        method: "POST",
        path: `${pathOf(server, options2)}/${encodeURIComponent(id)}/rotate`,
        json: options2.overlap === void 0 ? {} : { overlap_seconds: options2.overlap },
        isIdempotent: false
      });
      const made = answerOf(answer, MADE2, "a token");
      output.note(`made token ${made.id} (${made.label}) in place of ${id}; the secret is not shown again:`);
      show(output, made, options2);
      return void 0;
    })
  );
  verb("delete", "delete a token; it is refused everywhere within 10 seconds").argument("<id>", 'id of the token, as listed; "-" reads the secret of a found one from stdin', idArgument2).action(
    (id, options2) => runVerb(options2, async ({ server, output }) => {
      const named2 = id === "-" ? await readSecretFromStdin("Secret of the token to delete: ") : id;
      const path = `${pathOf(server, options2)}/${encodeURIComponent(named2)}`;
      const answer = await askJson(server, { method: "DELETE", path });
      answerOf(answer, { message: "text" }, "a word that it is deleted");
      output.result(`deleted ${id === "-" ? "the token" : id}`, answer);
      return void 0;
    })
  );
}
function limitsOf({ access, reach, only, branch, path, cidr, notBefore }) {
  const limits = {
    ...access ? { access } : {},
    ...reach ? { projects: reach } : {},
    ...only ? { only } : {},
    ...branch ? { branches: branch } : {},
    ...path ? { paths: path } : {},
    ...cidr ? { cidrs: cidr } : {},
    ...notBefore ? { not_before: notBefore.toISOString() } : {}
  };
  return Object.keys(limits).length > 0 ? limits : null;
}
function kindOf2(row) {
  const { scope = "personal", limits } = row;
  const named2 = isObject(limits) ? Object.entries(limits).map(
    ([name, value]) => typeof value === "string" && name !== "not_before" ? `${name}: ${value}` : name
  ) : [];
  return [scope, ...named2].join(", ");
}
function addNamed(text, before = []) {
  return [...before, filledOption(text)];
}
function parseBegin(text) {
  const begin = parseEndTime(text);
  if (begin !== null) return begin;
  throw new InvalidArgumentError("It must be like 2027-01-31 or 12h.");
}
function show(output, made, { personal, organization }) {
  const whose = organization ? `--organization ${organizationSlugOf(organization)} ` : personal ? "--personal " : "";
  const undo = `buildpass token delete ${whose}${made.id}`;
  showSecret(output, made.token, { made: `token ${made.id}`, what: "secret", json: made, undo });
}
function parseOrg(text) {
  const organization = parseOrganization(text);
  if (organization) return organization;
  throw new InvalidArgumentError("It must be like gh/acme.");
}
function pathOf({ slug }, { personal, organization }) {
  if (organization) return `/api/buildpass/v1/orgs/${organization.vcs}/${encodeURIComponent(organization.org)}/tokens`;
  return personal ? "/api/v1.1/user/token" : `/api/v1.1/project/${requireSlug(slug)}/token`;
}
function expiryOf({ expires_at }) {
  return expires_at ? `expires ${expires_at.slice(0, 10)}` : "no expiry";
}
function idArgument2(text) {
  if (parseSecret(text) || /^bp[uprs]_/.test(text))
    throw new InvalidArgumentError(
      'Never write a secret on the command line: give the id, or "-" and the secret on stdin.'
    );
  if (text !== "-" && text !== "" && !isId(text))
    throw new InvalidArgumentError("That is no id of a token: give one as `buildpass token list` shows it.");
  return filledOption(text);
}
function parseOverlap(text) {
  const seconds = secondsIn(text);
  if (seconds !== null && seconds <= MAX_OVERLAP_SECONDS) return seconds;
  throw new InvalidArgumentError("It must be like 0, 90s, 30m, 24h or 7d, and at most 30d.");
}
function parseExpiry2(text) {
  const expiry = text === "never" ? text : parseEndTime(text);
  if (expiry !== null) return expiry;
  throw new InvalidArgumentError("It must be like 90d, 12h, 2027-01-31 or never.");
}
function inDays(days) {
  return new Date(Date.now() + days * DAY_MS);
}

// cli/verbs/upload.ts
function addUpload(program3) {
  withJob(withServer(program3.command("upload").description("upload files as artifacts of this job’s build"))).argument("<glob...>", "files, folders (all that is in them), or patterns like dist/**/*.tar").option("--build <n>", "number of the build; else that of this job", countOption(1, 999999999)).option("--node-index <n>", "which of several parallel nodes made them", countOption(0, 9999)).option("--root <folder>", "artifact paths are relative to this folder", filledOption, ".").option("--prefix <path>", "put before each artifact path", "").option("--overwrite", "replace other bytes that the build has at a path").option("--no-pack", "send each file by itself, also where there are many").option("--parallel <n>", "requests at once", countOption(1, 32), 4).option("--strict", `end with ${EXIT.left_out} when something was left out`).action(
    (globs, options2) => runVerb(options2, async ({ server, job, output }) => {
      const found = await findFiles(globs, options2);
      if (found.files.length === 0) {
        warnOfLeftOut(found.leftOut, output);
        const nothing = { done: [], failures: found.problems, leftOut: found.leftOut };
        return settle("", { artifacts: [], packs: [], left_out: found.leftOut }, failuresOf(nothing), output);
      }
      const num = options2.build ?? (await reportJob(server, job, { status: "running" })).build_num;
      const target = {
        num,
        nodeIndex: job.build.nodeIndex,
        overwrite: options2.overwrite ?? false,
        parallel: options2.parallel,
        isPacked: options2.pack
      };
      const outcome = await uploadAll(server, found, target, output);
      const { done: artifacts, packs, leftOut } = outcome;
      const failures = failuresOf(outcome, options2.strict);
      const bytes = artifacts.reduce((sum, { size }) => sum + size, 0);
      const inPacks = packs.length === 0 ? "" : packs.length === 1 ? ", 1 pack" : `, ${packs.length} packs`;
      const line = `${countText(artifacts.length)} (${sizeText(bytes)}${inPacks}) in build ${num} of ${server.slug}${shortfallText(outcome)}`;
      return settle(line, { build_num: num, artifacts, packs, left_out: leftOut }, failures, output);
    })
  );
}

// cli/main.ts
replaceOutputStreams();
var program2 = new Command("buildpass").description("Report builds and move artifacts, from any CI or shell, to a Buildpass server.").version(VERSION).enablePositionalOptions().showHelpAfterError("(buildpass help <verb> shows what there is)").exitOverride().configureOutput({ writeOut: (text) => say("stdout", text), writeErr: (text) => say("stderr", text) });
addRun(program2);
addStep(program2);
addReport(program2);
addUpload(program2);
addDownload(program2);
addStatus(program2);
addTests(program2);
addShare(program2);
addToken(program2);
addLogin(program2);
program2.command(`${RELAY_VERB} <plan>`, { hidden: true }).action((plan) => relay(JSON.parse(plan)));
addHelpTexts(program2, []);
program2.addHelpText(
  "after",
  () => `
The token comes from BUILDPASS_TOKEN, else from the CI's ID token (keyless), else from buildpass login.

Exit codes:
${tableText([
    ...Object.entries(EXIT).map(([name, code]) => [`  ${code}`, EXIT_MEANING[name]]),
    ...Object.entries(OTHER_CODES).map(([code, meaning]) => [`  ${code}`, meaning])
  ]).join("\n")}`
);
try {
  await program2.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportFailure(error, false);
}
function addHelpTexts(command, names) {
  const examples = EXAMPLES.get(names.join(" "));
  if (examples) command.addHelpText("after", `
Examples:
${examples.map((line) => `  ${line}`).join("\n")}`);
  for (const sub of command.commands) addHelpTexts(sub, [...names, sub.name()]);
}
/*
This file contains:

ansi-regex 5.0.1
MIT License

Copyright (c) Sindre Sorhus <sindresorhus@gmail.com> (sindresorhus.com)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

buffer-crc32 1.0.0
The MIT License

Copyright (c) 2013-2024 Brian J. Brennan

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to use,
copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR
PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

cli-progress 3.12.0
The MIT License (X11 License)

Copyright (c) 2015-2022 Andi Dittrich

Permission is hereby granted, free of charge, to any person
obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without
restriction, including without limitation the rights to use,
copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR
OTHER DEALINGS IN THE SOFTWARE.

commander 14.0.3
(The MIT License)

Copyright (c) 2011 TJ Holowaychuk <tj@vision-media.ca>

Permission is hereby granted, free of charge, to any person obtaining
a copy of this software and associated documentation files (the
'Software'), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED 'AS IS', WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT,
TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

emoji-regex 8.0.0
Copyright Mathias Bynens <https://mathiasbynens.be/>

Permission is hereby granted, free of charge, to any person obtaining
a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

is-fullwidth-code-point 3.0.0
MIT License

Copyright (c) Sindre Sorhus <sindresorhus@gmail.com> (sindresorhus.com)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

mrmime 2.0.1
The MIT License (MIT)

Copyright (c) Luke Edwards <luke.edwards05@gmail.com> (https://lukeed.com)

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.

pend 1.2.0
The MIT License (Expat)

Copyright (c) 2014 Andrew Kelley

Permission is hereby granted, free of charge, to any person
obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software,
and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS
BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN
ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.

picomatch 4.0.7
The MIT License (MIT)

Copyright (c) 2017-present, Jon Schlinkert.

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.

saxes 6.0.0
The ISC License

Copyright (c) Contributors

Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.

====

The following license is the one that governed sax, from which saxes
was forked. Isaac Schlueter is not *directly* involved with saxes so
don't go bugging him for saxes issues.

The ISC License

Copyright (c) Isaac Z. Schlueter and Contributors

Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.

====

`String.fromCodePoint` by Mathias Bynens used according to terms of MIT
License, as follows:

    Copyright Mathias Bynens <https://mathiasbynens.be/>

    Permission is hereby granted, free of charge, to any person obtaining
    a copy of this software and associated documentation files (the
    "Software"), to deal in the Software without restriction, including
    without limitation the rights to use, copy, modify, merge, publish,
    distribute, sublicense, and/or sell copies of the Software, and to
    permit persons to whom the Software is furnished to do so, subject to
    the following conditions:

    The above copyright notice and this permission notice shall be
    included in all copies or substantial portions of the Software.

    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
    EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
    MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
    NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
    LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
    OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
    WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

string-width 4.2.3
MIT License

Copyright (c) Sindre Sorhus <sindresorhus@gmail.com> (sindresorhus.com)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

strip-ansi 6.0.1
MIT License

Copyright (c) Sindre Sorhus <sindresorhus@gmail.com> (sindresorhus.com)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

xmlchars 2.2.0
Copyright Louis-Dominique Dubeau and contributors to xmlchars

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

yauzl 3.4.0
The MIT License (MIT)

Copyright (c) 2014 Josh Wolfe

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.

yazl 3.3.1
The MIT License (MIT)

Copyright (c) 2014 Josh Wolfe

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
*/
